//! `.streamlit/config.toml`: what is right on a laptop and wrong before visitors.

mod broken;
mod config;
mod error_details;
mod headless;
mod port;
mod upload;
mod xsrf;

pub(super) use broken::CHECK as BROKEN;
pub(super) use error_details::CHECK as ERROR_DETAILS;
pub(super) use headless::CHECK as HEADLESS;
pub(super) use port::{CHECK as PORT, names_port};
pub(super) use upload::CHECK as UPLOAD;
pub(super) use xsrf::CHECK as XSRF;
