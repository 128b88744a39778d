"""Words and figures as people read them: the only rooms that import Babel, and nothing in the core imports them."""
