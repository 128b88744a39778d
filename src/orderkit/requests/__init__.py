"""The room of the payment request: what is asked of the customer, the obligation."""
