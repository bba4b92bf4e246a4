//! What rabbitmqctl says before the JSON where it is not told `--quiet`, and the releases that say it in spite of a formatter.

use std::sync::Arc;

use crate::language::source::Source;

/// The beginnings of such lines; all of them end in three dots.
const BANNERS: [&str; 4] = [
    "Timeout: ",
    "Listing queues for vhost ",
    "Listing feature flags ",
    "Cluster status of node ",
];

/// The output with such lines blank: everything else stays where it stands, for whatever is wrong with it.
pub fn blank(source: &Arc<Source>) -> Arc<Source> {
    if !source.text.lines().any(is_banner) {
        return Arc::clone(source);
    }
    let mut text = String::with_capacity(source.text.len());
    for line in source.text.split_inclusive('\n') {
        if is_banner(line) {
            let end = line.trim_end_matches(['\r', '\n']).len();
            text.extend(std::iter::repeat_n(' ', end));
            text.push_str(&line[end..]);
        } else {
            text.push_str(line);
        }
    }
    Source::new(source.name.clone(), text)
}

/// No line of JSON begins with such a word, and no text in it goes over two lines.
fn is_banner(line: &str) -> bool {
    let line = line.trim();
    line.ends_with("...") && BANNERS.iter().any(|banner| line.starts_with(banner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn banners_become_blank_and_nothing_else_moves() {
        let text = "Timeout: 60.0 seconds ...\r\nListing queues for vhost / ...\n[ {\"name\":\n\"Timeout: ...\"} ]\n";
        let blanked = blank(&Source::new("x", text));
        assert_eq!(blanked.text.len(), text.len());
        assert_eq!(
            blanked.text.trim_start(),
            "[ {\"name\":\n\"Timeout: ...\"} ]\n"
        );
        let error = "Error: unable to perform an operation on node ...\n";
        assert_eq!(blank(&Source::new("x", error)).text, error);
    }
}
