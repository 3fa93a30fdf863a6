//! GitHub at the door.
