"""The outside world, technology by technology: one module or package per store and per gateway, each behind a port."""
