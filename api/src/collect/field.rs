//! What is wrong with a body, field by field.
//!
//! Rule: a message says what is expected and never repeats the value that came, as that may be personal.

use serde::Serialize;
use serde_json::Value;

/// One thing that is wrong with one field of a body. `field` is the key as it is documented, `body` for the body as a
/// whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct FieldError {
    /// The field's documented key.
    pub(crate) field: String,
    /// What is expected, in a few words that follow the field's name: `must be a string`.
    pub(crate) message: String,
}

impl FieldError {
    pub(crate) fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// The field that stands for the body as a whole.
pub(crate) const BODY: &str = "body";

/// Parses a body that must be a JSON object. What is no JSON is blamed on the field in whose value it happens.
pub(crate) fn parse_object(body: &[u8]) -> Result<serde_json::Map<String, Value>, FieldError> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(FieldError::new(BODY, "must be a JSON object")),
        Err(error) => {
            let offset = offset_of(body, error.line(), error.column());
            // A body that merely ends too early is no fault of its last field.
            let key = if error.is_eof() { None } else { key_at(body, offset) };
            let field = key.unwrap_or_else(|| BODY.to_owned());
            let message = if std::str::from_utf8(body).is_err_and(|e| e.valid_up_to() <= offset) {
                "is not valid UTF-8"
            } else {
                "is not valid JSON"
            };
            Err(FieldError::new(field, format!("{message} (line {}, column {})", error.line(), error.column())))
        }
    }
}

/// The byte offset of a position that the JSON parser reports (lines from 1, columns from 0 or 1, in bytes).
fn offset_of(body: &[u8], line: usize, column: usize) -> usize {
    let start: usize = body.split_inclusive(|&b| b == b'\n').take(line.saturating_sub(1)).map(<[u8]>::len).sum();
    (start + column).min(body.len())
}

/// The top-level key in whose value `offset` lies: a walk over the bytes that knows strings, nesting and colons only,
/// as what follows is broken anyway.
fn key_at(body: &[u8], offset: usize) -> Option<String> {
    let mut depth = 0_u32;
    let mut string_start = None;
    let mut last_string = None;
    let mut key = None;
    let mut escaped = false;
    for (at, &byte) in body.iter().enumerate().take(offset) {
        if let Some(start) = string_start {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    last_string = body.get(start..at);
                    string_start = None;
                }
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => string_start = Some(at + 1),
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b':' if depth == 1 => key = last_string.take(),
            // The comma itself may be where the parser stopped: `{"sw": 1e999,` is about `sw`.
            b',' if depth == 1 && at + 1 < offset => key = None,
            _ => {}
        }
    }
    let key = std::str::from_utf8(key?).ok()?;
    let plain =
        !key.is_empty() && key.len() <= 64 && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-$".contains(&b));
    plain.then(|| key.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(body: &[u8]) -> String {
        parse_object(body).unwrap_err().field
    }

    #[test]
    fn a_broken_value_is_blamed_on_its_field() {
        assert_eq!(field(b"{\"p\":\"/\",\"sw\":NaN}"), "sw");
        assert_eq!(field(b"{\"p\":\"/\",\"sw\":1e999}"), "sw");
        assert_eq!(field(b"{\"p\":\"/\",\"sw\":1e999,\"sh\":1}"), "sw");
        assert_eq!(field(b"{\"p\":\"/\xff\xfe\",\"sw\":1}"), "p");
        assert_eq!(field(b"{\"p\":\"/\",\n\"r\":\"a\x01b\"}"), "r");
        assert_eq!(field(b"{\"p\":\"/\",\"r\":\"\\ud800\"}"), "r");
        assert_eq!(field(b"{\"m\":{\"a\":[1,\"x\xff\"]},\"sw\":1}"), "m");
        assert_eq!(field(b"{\"p\":\"/\""), "body");
        assert_eq!(field(b"nonsense"), "body");
        assert_eq!(field(b""), "body");
        assert_eq!(field(b"[1]"), "body");
        assert_eq!(field(b"\xff"), "body");
    }

    #[test]
    fn the_message_does_not_repeat_the_value() {
        let error = parse_object(b"{\"ip\":\"203.0.113.9\x01\"}").unwrap_err();
        assert!(!error.message.contains("203"), "{}", error.message);
        let error = parse_object(b"{\"p\":\"/\xff\"}").unwrap_err();
        assert!(error.message.contains("UTF-8"), "{}", error.message);
    }

    #[test]
    fn deep_nesting_is_refused_without_a_crash() {
        let body = [b"{\"m\":".to_vec(), vec![b'['; 5000]].concat();
        assert_eq!(field(&body), "m");
    }
}
