//! What the user asked to run.
