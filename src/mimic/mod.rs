//! The obedient, misbehaving app.
