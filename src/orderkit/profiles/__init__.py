"""Profiles: what makes one kind of shop, as data. `retail` is the plain shop that orderkit starts with."""

from orderkit.profiles.profile import ItemKind, Profile
from orderkit.profiles.retail import RETAIL as retail

__all__ = ["ItemKind", "Profile", "retail"]
