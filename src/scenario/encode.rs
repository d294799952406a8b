//! Bodies as browsers write them.

use std::fmt::Write as _;

use super::values::Upload;

/// The field of a file of which nothing else is said.
const FILE_FIELD: &str = "file";

/// `application/x-www-form-urlencoded`, as the URL standard of the WHATWG has it (section 5.2).
pub fn form(fields: &[(String, String)]) -> String {
    fields.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect::<Vec<_>>().join("&")
}

fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut made, byte| {
        match byte {
            b' ' => made.push('+'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => made.push(char::from(byte)),
            // Writing to a string cannot fail.
            other => drop(write!(made, "%{other:02X}")),
        }
        made
    })
}

/// `multipart/form-data` (RFC 7578) of some fields and a file, and its content type.
pub fn multipart(fields: &[(String, String)], file: &Upload) -> (Vec<u8>, String) {
    let boundary = boundary(fields, &file.content);
    let mut body = Vec::new();
    for (name, value) in fields {
        let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n", quoted(name));
        body.extend([head.as_bytes(), value.as_bytes(), b"\r\n"].concat());
    }
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
        quoted(file.field.as_deref().unwrap_or(FILE_FIELD)),
        quoted(&file.name),
        file.media
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(&file.content);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    (body, format!("multipart/form-data; boundary={boundary}"))
}

/// A line that stands nowhere in the content. The same content gives the same one.
fn boundary(fields: &[(String, String)], content: &[u8]) -> String {
    let held = |line: &str| {
        fields.iter().any(|(_, value)| value.contains(line))
            || content.windows(line.len()).any(|window| window == line.as_bytes())
    };
    let mut boundary = "emu-form-part".to_owned();
    while held(&boundary) {
        boundary.push('x');
    }
    boundary
}

/// As browsers do it, where RFC 7578 leaves it open: the characters that would end the name.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// What a file of this name usually holds.
pub(super) fn media_of(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    match ending.as_deref().unwrap_or_default() {
        "csv" => "text/csv",
        "tsv" => "text/tab-separated-values",
        "txt" => "text/plain",
        "html" | "htm" => "text/html",
        "json" => "application/json",
        "xml" => "application/xml",
        "xls" => "application/vnd.ms-excel",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "ods" => "application/vnd.oasis.opendocument.spreadsheet",
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        "gz" => "application/gzip",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_form_is_escaped_as_browsers_do() {
        assert_eq!(form(&pairs(&[("q", "green tea"), ("a&b", "é=~")])), "q=green+tea&a%26b=%C3%A9%3D%7E");
        assert_eq!(form(&[]), "");
    }

    #[test]
    fn an_upload_is_laid_out_as_the_standard_shows() {
        let part = Upload {
            field: None,
            name: "a \"b\".csv".into(),
            media: "text/csv".into(),
            content: b"1;2\n".as_slice().into(),
        };
        let (body, kind) = multipart(&pairs(&[("token", "t")]), &part);
        assert_eq!(kind, "multipart/form-data; boundary=emu-form-part");
        let expected = "--emu-form-part\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\nt\r\n\
             --emu-form-part\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a %22b%22.csv\"\r\n\
             Content-Type: text/csv\r\n\r\n1;2\n\r\n--emu-form-part--\r\n";
        assert_eq!(String::from_utf8(body).unwrap(), expected);
    }

    proptest! {
        #[test]
        fn the_boundary_stands_nowhere_in_the_content(value in "(emu-form-part|x|-){0,9}", content in "(emu-form-part|x|-){0,9}") {
            let boundary = boundary(&pairs(&[("a", &value)]), content.as_bytes());
            prop_assert!(!value.contains(&boundary) && !content.contains(&boundary));
        }

        #[test]
        fn a_form_is_plain_ascii(name in ".*", value in ".*") {
            let form = form(&pairs(&[(&name, &value)]));
            prop_assert!(form.bytes().all(|byte| byte.is_ascii_graphic()) && form.matches('=').count() == 1);
        }
    }
}
