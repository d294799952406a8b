//! The state machine of an instance. Values in, values out.
