//! Docker, and engines that speak its language.
