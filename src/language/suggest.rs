//! "Did you mean": the likely spelling of a name that was not found.

/// The candidate nearest to `name`, where one is near enough to be a likely slip of the pen; the first of equals.
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = match name.chars().count() {
        0..=2 => 1,
        3..=5 => 2,
        _ => 3,
    };
    let lower = name.to_lowercase();
    let mut best: Option<(usize, &str)> = None;
    // What was written and not found is no help, wherever it is known.
    for candidate in candidates.into_iter().filter(|c| *c != name) {
        let distance = strsim::osa_distance(&lower, &candidate.to_lowercase());
        if distance <= limit
            && distance < candidate.chars().count()
            && best.is_none_or(|(d, _)| distance < d)
        {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The help line for a name that was not found: the likely spelling, or what there is.
pub fn help<'a>(
    name: &str,
    what: &str,
    candidates: impl IntoIterator<Item = &'a str> + Clone,
) -> Option<String> {
    if let Some(near) = closest(name, candidates.clone()) {
        return Some(format!("did you mean `{near}`?"));
    }
    let all: Vec<&str> = candidates.into_iter().filter(|c| *c != name).collect();
    match all.len() {
        0 => None,
        1..=8 => Some(format!(
            "{what}: {}",
            all.iter()
                .map(|c| format!("`{c}`"))
                .collect::<Vec<_>>()
                .join(", ")
        )),
        n => Some(format!(
            "{what}: {}, and {} more",
            all[..6]
                .iter()
                .map(|c| format!("`{c}`"))
                .collect::<Vec<_>>()
                .join(", "),
            n - 6
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_a_stranger_is_not() {
        assert_eq!(closest("biuld", ["build", "power"]), Some("build"));
        assert_eq!(closest("Node5", ["Node1", "Node2"]), Some("Node1"));
        assert_eq!(closest("banana", ["build", "power"]), None);
        assert_eq!(closest("x", ["y"]), None);
    }

    #[test]
    fn the_name_that_was_not_found_is_never_suggested() {
        assert_eq!(closest("build", ["build"]), None);
        assert_eq!(closest("build", ["build", "Build"]), Some("Build"));
        assert_eq!(help("build", "fields", ["build"]), None);
        let others = help("build", "fields", ["build", "power"]);
        assert_eq!(others.as_deref(), Some("fields: `power`"));
    }

    #[test]
    fn without_a_near_name_the_help_lists_what_there_is() {
        assert_eq!(
            help("zzz", "fields of `node`", ["build", "power"]).as_deref(),
            Some("fields of `node`: `build`, `power`")
        );
        assert_eq!(help("zzz", "fields", [] as [&str; 0]), None);
    }
}
