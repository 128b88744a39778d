"""The room of the payment: what a gateway was asked for one request, and what came of it."""
