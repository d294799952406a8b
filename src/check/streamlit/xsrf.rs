use super::config::{MANUAL, in_force};
use crate::check::{Check, Finding, Severity, Subject};

pub(in crate::check) const CHECK: Check = Check {
    id: "streamlit-xsrf",
    title: "uploads and logins are not protected against other sites",
    severity: Severity::Warning,
    looks_at: "`server.enableXsrfProtection` and `server.enableCORS` of .streamlit/config.toml",
    why: "Another site may send files in the name of a visitor who is logged in.",
    needs_profile: false,
    documentation: MANUAL,
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let off = |key: &str| in_force(subject, key).filter(|said| said.value.as_bool() == Some(false));
    let xsrf = off("server.enableXsrfProtection").map(|said| {
        let fix = "Take the line out: the protection is on unless somebody turns it off.";
        CHECK.finding(said.place, "`server.enableXsrfProtection` is off", fix)
    });
    let cors = off("server.enableCORS").map(|said| {
        let fix = "Take the line out, or name the sites that may: `corsAllowedOrigins`.";
        let finding =
            CHECK.finding(said.place, "`server.enableCORS` is off: any site may open the app's connection", fix);
        finding.because("A page of another site can use the app in the name of its visitor.")
    });
    xsrf.into_iter().chain(cors).collect()
}
