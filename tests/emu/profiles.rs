//! The shipped profiles, the files that must be refused, and `emu profiles`.

use emu::profile::Library;

#[test]
fn every_shipped_profile_loads() {
    let library = Library::shipped();
    for id in library.ids() {
        library.load(&id).unwrap_or_else(|error| panic!("{error}"));
    }
    assert!(library.ids().contains(&"render-free".to_owned()));
}
