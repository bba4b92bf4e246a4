//! Minor versions: 35 is 1.35. The rules know no patches.

use crate::import::found::{Found, Read};
use crate::import::version::Version;
use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;

/// What the rules are about, in the words of messages.
pub const COVERED: &str = "the rules are about releases of Kubernetes from 1.28 to 1.40";

/// What the rules cover.
pub const MINORS: std::ops::RangeInclusive<u32> = 28..=40;

/// The minor of `v1.35.2`, also with what distributions write behind it: `v1.33.1-eks-a1b2c3`, `v1.32.4+k3s1`. A release
/// candidate is no release.
pub fn minor(text: &str) -> Option<u32> {
    let (number, build) = match text.find(['-', '+', '_']) {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, ""),
    };
    let early = ["alpha", "beta", "rc"];
    if early.iter().any(|word| build.starts_with(word)) {
        return None;
    }
    Version::read(number)
        .filter(|version| version.major == 1 && MINORS.contains(&version.minor))
        .map(|version| version.minor)
}

/// The minor of a version that an output tells.
pub fn told(at: Found<'_>, of: &str) -> Read<u32> {
    let text = at.text()?;
    minor(text).ok_or_else(|| {
        let message = format!("{of} {text} is not covered: {COVERED}");
        Box::new(Diagnostic::error(Code::UnknownVersion, message).at(at.source, at.place(), ""))
    })
}

/// The minor of the tag of an image: `registry.k8s.io/kube-apiserver:v1.35.2`. None where it has no tag.
pub fn of_image(at: Found<'_>) -> Read<Option<u32>> {
    let text = at.text()?;
    let image = text.split('@').next().unwrap_or(text);
    let name = image.rsplit('/').next().unwrap_or(image);
    let Some((name, tag)) = name.split_once(':') else {
        return Ok(None);
    };
    minor(tag).map(Some).ok_or_else(|| {
        let message = format!("{name} {tag} is not covered: {COVERED}");
        Box::new(Diagnostic::error(Code::UnknownVersion, message).at(at.source, at.place(), ""))
    })
}

/// The minor that the operator gives: `36` or `1.36`.
pub fn given(key: &str, value: &str) -> Read<u32> {
    let plain = value.parse().ok().filter(|minor| MINORS.contains(minor));
    plain.or_else(|| minor(value)).ok_or_else(|| {
        let message =
            format!("`--set {key}={value}` names a version that is not covered: {COVERED}");
        Box::new(
            Diagnostic::error(Code::UnknownVersion, message)
                .help(format!("write a minor version such as `--set {key}=1.36`")),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_minor_is_read_whatever_distributions_add() {
        for (text, wanted) in [
            ("v1.35.2", Some(35)),
            ("v1.33.1-eks-a1b2c3", Some(33)),
            ("v1.32.4-gke.1415000", Some(32)),
            ("v1.30.1+k3s1", Some(30)),
            ("v1.30.1-rke2r1-build20240514", Some(30)),
            ("1.36", Some(36)),
            ("v1.36.0-rc.1", None),
            ("v1.36.0-alpha.2", None),
            ("v1.27.9", None),
            ("v1.41.0", None),
            ("v2.30.0", None),
            ("1", None),
            ("", None),
        ] {
            assert_eq!(minor(text), wanted, "{text}");
        }
        assert_eq!(given("target", "36").ok(), Some(36));
        assert_eq!(given("target", "1.36").ok(), Some(36));
        assert!(given("target", "3.6").is_err());
        assert!(given("target", "-36").is_err());
    }
}
