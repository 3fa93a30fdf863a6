//! What each function answers where there is nothing.
