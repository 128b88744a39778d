"""The room of the refund: items whose money goes back."""
