//! Recovery codes: what gets somebody in who has lost their authenticator. 80 random bits each, so that their plain hashes,
//! which are all that is kept, can't be tried out.

use sha2::{Digest, Sha256};

use crate::ids::random_bytes;

/// Codes that a user gets at once.
const COUNT: usize = 10;
/// Characters of a code, without hyphens.
const LENGTH: usize = 16;
/// Lower case and digits without those that look alike: 32, so that five bits are one character.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// New codes as they are shown, `abcd-efgh-jkmn-pqrs`.
pub(super) fn new_codes() -> Vec<String> {
    std::iter::repeat_with(|| {
        let characters = random_bytes::<LENGTH>().map(|byte| char::from(ALPHABET[usize::from(byte & 31)]));
        characters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join("-")
    })
    .take(COUNT)
    .collect()
}

/// The hash of what somebody typed, however they parted it; none for what can't be a code.
pub(super) fn hash(typed: &str) -> Option<[u8; 32]> {
    let code: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').take(LENGTH + 1).collect();
    let code = code.to_lowercase();
    let sound = code.len() == LENGTH && code.bytes().all(|byte| ALPHABET.contains(&byte));
    sound.then(|| Sha256::digest(code.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_many_differ_and_are_read_as_people_type_them() {
        let codes = new_codes();
        assert_eq!(codes.len(), COUNT);
        let hashes: std::collections::HashSet<_> = codes.iter().map(|code| hash(code).expect("a code")).collect();
        assert_eq!(hashes.len(), COUNT);
        assert_eq!(codes[0].len(), LENGTH + 3);
        let typed = format!(" {} ", codes[0].replace('-', " ").to_uppercase());
        assert_eq!(hash(&typed), hash(&codes[0]));
        for bad in ["", "123456", &codes[0][1..], &format!("{}a", codes[0]), "llll-llll-llll-llll"] {
            assert_eq!(hash(bad), None, "{bad}");
        }
    }
}
