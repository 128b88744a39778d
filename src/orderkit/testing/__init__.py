"""What adapter and plugin authors run: families to try things on, the storage suite, and stores that must fail it."""
