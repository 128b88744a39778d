"""The room of the order: what was sold, to whom, and where it stands."""
