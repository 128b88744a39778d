"""What orderkit asks of its host: Protocols, and the records that cross them."""
