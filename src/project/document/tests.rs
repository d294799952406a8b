use proptest::prelude::*;

use super::*;

const BLUEPRINT: &str = "\
base: &base
  sync: false
services:
  - type: worker
    name: jobs
  - type: web
    name: shop
    healthCheckPath: /healthz
    envVars:
      - key: A
        value: 1
      - key: B
        <<: *base
";

fn read(text: &str, format: Format) -> Document {
    Document::read("file", text, format).unwrap()
}

fn told(document: &Document, path: &str) -> Vec<(Option<String>, Option<u32>)> {
    let found = document.root().all(&Path::read(path));
    found.iter().map(|found| (found.text(), document.place(found).line)).collect()
}

#[test]
fn a_path_leads_to_values_and_their_lines() {
    let document = read(BLUEPRINT, Format::Yaml);
    assert_eq!(told(&document, "services[type=web].name"), [(Some("shop".into()), Some(7))]);
    assert_eq!(told(&document, "services[].name").len(), 2);
    assert_eq!(
        told(&document, "services[type=web].envVars[].key"),
        [(Some("A".into()), Some(10)), (Some("B".into()), Some(12))]
    );
    assert_eq!(told(&document, "services[type=static].name"), []);
    let service = document.root().all(&Path::read("services[type=web]")).remove(0);
    assert_eq!(document.place(&service).line, Some(6));
    assert!(service.entries().is_empty() && service.is_marked("name") && service.is_marked("type=web"));
    let second = service.all(&Path::read("envVars[key=B]")).remove(0);
    assert!(second.is_marked("sync=false"), "a merge is resolved");
}

#[test]
fn toml_and_json_are_read_to_the_same() {
    let toml = read(
        "app = \"shop\"\n[http_service]\ninternal_port = 8080\n[[http_service.checks]]\npath = \"/a\"\n[[vm]]\nmemory = \"1gb\"\n",
        Format::Toml,
    );
    assert_eq!(told(&toml, "http_service.internal_port"), [(Some("8080".into()), Some(3))]);
    assert_eq!(told(&toml, "http_service.checks[].path"), [(Some("/a".into()), Some(5))]);
    assert_eq!(told(&toml, "vm[].memory"), [(Some("1gb".into()), Some(7))]);
    let json = read("{\n  \"deploy\": {\n    \"startCommand\": \"serve\"\n  }\n}", Format::Json);
    assert_eq!(told(&json, "deploy.startCommand"), [(Some("serve".into()), Some(3))]);
    assert_eq!(told(&json, "*.startCommand").len(), 1);
}

#[test]
fn mistakes_have_a_line_and_no_values() {
    let twice = Document::read("a.yaml", "a: 1\nb: 2\na: secret\n", Format::Yaml).unwrap_err();
    assert!(twice.to_string().contains("duplicate entry") && !twice.to_string().contains("secret"), "{twice}");
    let open = Document::read("a.toml", "a = 1\nb = \"secret\n", Format::Toml).unwrap_err();
    assert_eq!(open.place, Place::line("a.toml", 2));
    assert!(!open.to_string().contains("secret"), "{open}");
    let json = Document::read("a.json", "{\n\"a\" 1}", Format::Json).unwrap_err();
    assert_eq!(json.place.line, Some(2));
    assert!(Document::read("a.yaml", "a: [\r\n", Format::Yaml).is_err());
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "([a-c]: |- |\\[|\\]|\\{|\\}|\"|&x |\\*x|\n|  |=|[0-9]|,){0,24}", path in "[a-c*.\\[\\]=]{0,12}") {
        for format in [Format::Yaml, Format::Toml, Format::Json] {
            if let Ok(document) = Document::read("f", &text, format) {
                for found in document.root().all(&Path::read(&path)) {
                    let line = document.place(&found).line;
                    prop_assert!(line.is_none_or(|line| line as usize <= text.lines().count()));
                }
            }
        }
    }
}
