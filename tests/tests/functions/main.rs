//! Each function as a process: what it takes, what it answers, and what it never tells.

mod shell;
