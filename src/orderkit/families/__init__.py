"""What concerns several nouns of one family at once: placing, cancelling, refunding, and what follows. Pure."""
