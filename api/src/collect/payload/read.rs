//! Reading typed, limited values out of a JSON object, and noting what is wrong with them.

use serde_json::{Map, Value};

use super::super::field::FieldError;
use super::super::page::{self, Accept, Location};
use super::{Revenue, limits};

/// A JSON object that is being read. A key that is absent and one that is `null` are the same.
pub(super) struct Fields<'a> {
    object: &'a Map<String, Value>,
    errors: Vec<FieldError>,
}

/// One value: the name it is documented under, and the keys it may have, the preferred first.
#[derive(Clone, Copy)]
pub(super) struct Key<'k>(pub(super) &'k str, pub(super) &'k [&'k str]);

impl<'a> Fields<'a> {
    pub(super) fn new(object: &'a Map<String, Value>) -> Self {
        Self { object, errors: Vec::new() }
    }

    /// What has been read, unless something was wrong.
    pub(super) fn finish<T>(self, value: Option<T>) -> Result<T, Vec<FieldError>> {
        match value {
            Some(value) if self.errors.is_empty() => Ok(value),
            _ => Err(self.errors),
        }
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.object.keys().map(String::as_str)
    }

    pub(super) fn error(&mut self, key: Key<'_>, message: impl Into<String>) {
        self.errors.push(FieldError::new(key.0, message));
    }

    pub(super) fn value(&self, key: Key<'_>) -> Option<&'a Value> {
        key.1.iter().find_map(|key| self.object.get(*key)).filter(|value| !value.is_null())
    }

    /// A text without control characters, trimmed. A blank one is `Some("")`.
    pub(super) fn text(&mut self, key: Key<'_>, max: usize) -> Option<&'a str> {
        let text = self.raw_text(key)?;
        if text.chars().count() > max {
            self.error(key, format!("must have at most {max} characters"));
            return None;
        }
        Some(text)
    }

    /// A text whose limit is in bytes, as that of URLs is.
    fn text_of_bytes(&mut self, key: Key<'_>, max: usize) -> Option<&'a str> {
        let text = self.raw_text(key)?;
        if text.len() > max {
            self.error(key, format!("must have at most {max} bytes"));
            return None;
        }
        Some(text)
    }

    fn raw_text(&mut self, key: Key<'_>) -> Option<&'a str> {
        let Some(text) = self.value(key)?.as_str() else {
            self.error(key, "must be a string");
            return None;
        };
        if text.chars().any(char::is_control) {
            self.error(key, "must not contain control characters");
            return None;
        }
        Some(text.trim())
    }

    /// A text that must be there and not be blank.
    pub(super) fn required_text(&mut self, key: Key<'_>, max: usize) -> Option<&'a str> {
        if self.value(key).is_none() {
            self.error(key, "is required");
            return None;
        }
        let text = self.text(key, max)?;
        if text.is_empty() {
            self.error(key, "is required");
            return None;
        }
        Some(text)
    }

    /// A text that may be missing or blank, but if not is of use.
    pub(super) fn optional_text(&mut self, key: Key<'_>, max: usize) -> Option<String> {
        self.text(key, max).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// The page that was viewed.
    pub(super) fn location(&mut self, key: Key<'_>, max: usize, accept: Accept, keep_hash: bool) -> Option<Location> {
        let text = match self.value(key) {
            None => Some(""),
            Some(_) => self.text_of_bytes(key, max),
        }?;
        if text.is_empty() {
            self.error(key, "is required");
            return None;
        }
        match page::read(text, accept, keep_hash) {
            Ok(location) if location.page.len() > limits::PAGE_BYTES => {
                self.error(key, format!("must have a path of at most {} bytes", limits::PAGE_BYTES));
                None
            }
            Ok(location) => Some(location),
            Err(message) => {
                self.error(key, message);
                None
            }
        }
    }

    /// The referrer as it came; blank when there is none.
    pub(super) fn referrer(&mut self, key: Key<'_>) -> String {
        self.text_of_bytes(key, limits::REFERRER_BYTES).unwrap_or_default().to_owned()
    }

    /// A number in a range, rounded to a whole one.
    pub(super) fn integer(&mut self, key: Key<'_>, min: i64, max: i64) -> Option<i64> {
        let Some(number) = self.value(key)?.as_number() else {
            self.error(key, "must be a number");
            return None;
        };
        let whole = number.as_i64().or_else(|| {
            let float = number.as_f64().filter(|float| float.abs() <= 1e15)?.round();
            #[expect(clippy::cast_possible_truncation, reason = "whole and far below 2^63")]
            Some(float as i64)
        });
        let found = whole.filter(|whole| (min..=max).contains(whole));
        if found.is_none() {
            self.error(key, format!("must be between {min} and {max}"));
        }
        found
    }

    /// `true` or `false`; where `lenient`, also `1` and `0`.
    pub(super) fn boolean(&mut self, key: Key<'_>, lenient: bool) -> Option<bool> {
        let value = self.value(key)?;
        let number = value.as_i64().filter(|_| lenient);
        match (value.as_bool(), number) {
            (Some(boolean), _) => Some(boolean),
            (None, Some(0)) => Some(false),
            (None, Some(1)) => Some(true),
            _ => {
                self.error(key, "must be true or false");
                None
            }
        }
    }

    /// An ISO 3166-1 code of two letters; blank and "unknown" codes are none.
    pub(super) fn country(&mut self, key: Key<'_>) -> Option<String> {
        let text = self.raw_text(key).filter(|text| !text.is_empty())?;
        let letters_and_digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_alphanumeric());
        if !letters_and_digits || !text.starts_with(|c: char| c.is_ascii_alphabetic()) {
            self.error(key, "must be a country code of two letters");
            return None;
        }
        super::super::address::country_code(text)
    }

    /// Properties as the JSON text of an object of strings. Where `lenient`, the object may itself be JSON in a string,
    /// and values that are no scalars are dropped instead of refused.
    pub(super) fn props(&mut self, key: Key<'_>, lenient: bool) -> Option<String> {
        let parsed;
        let object = match self.value(key)? {
            Value::Object(object) => Some(object),
            Value::String(text) if lenient => {
                parsed = serde_json::from_str::<Map<String, Value>>(text).ok();
                parsed.as_ref()
            }
            _ => None,
        };
        let Some(object) = object else {
            self.error(key, "must be an object");
            return None;
        };
        let mut props = Map::new();
        for (name, value) in object {
            match prop(name, value) {
                Ok(Some(text)) if props.len() < limits::PROPS => {
                    props.insert(name.trim().to_owned(), Value::String(text));
                }
                Ok(_) | Err(PropError::NoScalar) if lenient => {}
                Ok(_) => {}
                Err(error) => {
                    self.error(key, error.message());
                    return None;
                }
            }
        }
        (!props.is_empty()).then(|| Value::Object(props).to_string())
    }

    /// Money, if there is any. The error is a message for the field; who prefers to drop it needn't show it.
    pub(super) fn revenue(&self, key: Key<'_>) -> Result<Option<Revenue>, &'static str> {
        let parsed;
        let object = match self.value(key) {
            None => return Ok(None),
            Some(Value::Object(object)) => Some(object),
            Some(Value::String(text)) => {
                parsed = serde_json::from_str::<Map<String, Value>>(text).ok();
                parsed.as_ref()
            }
            Some(_) => None,
        };
        let revenue = object.and_then(revenue);
        revenue.map(Some).ok_or("must be {currency: an ISO 4217 code, amount: a number}")
    }
}

enum PropError {
    Key,
    Value,
    Control,
    NoScalar,
}

impl PropError {
    fn message(&self) -> String {
        match self {
            Self::Key => format!("keys must have 1 to {} characters", limits::PROP_KEY),
            Self::Value => format!("values must have at most {} characters", limits::PROP_VALUE),
            Self::Control => "must not contain control characters".to_owned(),
            Self::NoScalar => "values must be strings, numbers or booleans".to_owned(),
        }
    }
}

/// The text of a property's value; `None` where there is nothing to say.
fn prop(key: &str, value: &Value) -> Result<Option<String>, PropError> {
    let text = match value {
        Value::Null => return Ok(None),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(_) | Value::Object(_) => return Err(PropError::NoScalar),
    };
    // A value may be a text of several lines; other control characters are nobody's text.
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if key.chars().any(char::is_control) || text.chars().any(control) {
        return Err(PropError::Control);
    }
    if key.trim().is_empty() || key.chars().count() > limits::PROP_KEY {
        return Err(PropError::Key);
    }
    if text.chars().count() > limits::PROP_VALUE {
        return Err(PropError::Value);
    }
    Ok((!text.is_empty()).then_some(text))
}

/// Currencies in use, ISO 4217.
const CURRENCIES: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN \
    BWP BYN BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP \
    GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD \
    KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR \
    PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB \
    TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW \
    ZWG ZWL";

fn revenue(object: &Map<String, Value>) -> Option<Revenue> {
    let currency = object.get("currency")?.as_str()?.trim().to_ascii_uppercase();
    let known = currency.len() == 3 && CURRENCIES.split_ascii_whitespace().any(|it| it == currency);
    let amount = match object.get("amount")? {
        Value::String(text) => thousandths(text.trim()),
        Value::Number(number) => thousandths(&number.to_string()),
        _ => None,
    }?;
    known.then_some(Revenue { amount, currency })
}

/// A decimal number in thousandths, exactly: no binary fraction in between. Exponents (`1e3`) are taken as numbers.
fn thousandths(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if !plain(whole) || !plain(fraction) || whole.is_empty() && fraction.is_empty() {
        let number: f64 = text.parse().ok().filter(|n: &f64| n.is_finite() && n.abs() < 1e12)?;
        // Not a plain decimal: an exponent, as JSON allows it. `inf`, `nan` and the like have been left out above.
        #[expect(clippy::cast_possible_truncation, reason = "below 1e15, far below 2^63")]
        return text.bytes().any(|b| b.is_ascii_digit()).then(|| (number * 1000.0).round() as i64);
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let digit = |at: usize| i64::from(fraction.as_bytes().get(at).map_or(0, |b| b - b'0'));
    let rounded = i64::from(digit(3) >= 5);
    let fraction = digit(0) * 100 + digit(1) * 10 + digit(2) + rounded;
    let amount = whole.checked_mul(1000)?.checked_add(fraction)?;
    Some(if negative { -amount } else { amount })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn money_is_exact() {
        for (text, amount) in [
            ("12.34", Some(12_340)),
            ("0.1", Some(100)),
            ("-3", Some(-3_000)),
            ("1e3", Some(1_000_000)),
            (".5", Some(500)),
            ("5.", Some(5_000)),
            ("1.0005", Some(1_001)),
            ("1.0004", Some(1_000)),
            ("9007199254740.993", Some(9_007_199_254_740_993)),
            ("", None),
            (".", None),
            ("-", None),
            ("1,5", None),
            ("NaN", None),
            ("inf", None),
            ("1e400", None),
            ("99999999999999999999", None),
            ("12 EUR", None),
        ] {
            assert_eq!(thousandths(text), amount, "{text}");
        }
    }

    #[test]
    fn revenue_needs_a_known_currency() {
        let read = |value: Value| {
            let object = json!({ "$": value });
            Fields::new(object.as_object().unwrap()).revenue(Key("revenue", &["$"]))
        };
        let euro = Ok(Some(Revenue { amount: 1_990, currency: "EUR".into() }));
        assert_eq!(read(json!({"amount": 1.99, "currency": "eur"})), euro);
        assert_eq!(read(json!({"amount": "1.99", "currency": "EUR"})), euro);
        assert_eq!(read(json!("{\"amount\":1.99,\"currency\":\"EUR\"}")), euro);
        assert_eq!(read(json!(null)), Ok(None));
        for wrong in [
            json!({"amount": 1, "currency": "XYZ"}),
            json!({"amount": 1}),
            json!({"currency": "EUR"}),
            json!({"amount": [], "currency": "EUR"}),
            json!(1),
            json!("x"),
        ] {
            assert!(read(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
