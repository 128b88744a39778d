"""The room of the credit account: what a customer has with us, per scope and currency."""
