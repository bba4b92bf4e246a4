//! How a plan file names its cluster, so that it is found from where the plan file lies.

use std::path::{Component, Path, PathBuf};

/// The cluster as a plan file at `plan` has to name it: a name of the library as it is, a path relative to the plan.
pub fn seen_from(plan: &Path, cluster: &str) -> String {
    let folder = match plan.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let (Ok(file), Ok(folder)) = (Path::new(cluster).canonicalize(), folder.canonicalize()) else {
        return cluster.to_owned();
    };
    if !file.is_file() {
        return cluster.to_owned();
    }
    let path = relative(&folder, &file);
    let slashed = path.to_string_lossy().replace('\\', "/");
    match path.components().next() {
        Some(Component::Normal(_)) => format!("./{slashed}"),
        _ => slashed,
    }
}

/// Whether two paths lead to one file that is there.
pub fn is_same_file(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}

/// The way from a folder to a file, both absolute; the file itself where there is none (another drive).
fn relative(folder: &Path, file: &Path) -> PathBuf {
    let shared = folder
        .components()
        .zip(file.components())
        .take_while(|(a, b)| a == b)
        .count();
    if shared == 0 {
        return file.to_path_buf();
    }
    let up = folder
        .components()
        .skip(shared)
        .map(|_| Component::ParentDir);
    up.chain(file.components().skip(shared)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_goes_up_and_down_again() {
        let way = |folder: &str, file: &str| relative(Path::new(folder), Path::new(file));
        assert_eq!(way("/a/b", "/a/b/c.json"), PathBuf::from("c.json"));
        assert_eq!(
            way("/a/b/plans", "/a/b/clusters/c.json"),
            PathBuf::from("../clusters/c.json")
        );
    }

    #[test]
    fn one_file_may_have_many_paths() {
        let same = |a: &str, b: &str| is_same_file(Path::new(a), Path::new(b));
        assert!(same("Cargo.toml", "./src/../Cargo.toml"));
        assert!(!same("Cargo.toml", "Cargo.lock"));
        assert!(!same("no-such-file", "no-such-file"));
    }

    #[test]
    fn a_name_of_the_library_stays_as_it_is() {
        assert_eq!(
            seen_from(Path::new("plan.json"), "no-such-model/two-node"),
            "no-such-model/two-node"
        );
    }
}
