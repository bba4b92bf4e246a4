//! What earlier runs found, in files: one for each case, named by the fingerprint of everything that it depends on. A file that
//! is not exactly as it was written is not believed, and none of it is needed: without it cases are asked again.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use rollproof::model::fingerprint;
use rollproof::tasks::regress::Memory;
use rollproof::tasks::regress::digest::Digest;

/// More cases than this are not kept; the oldest go.
const MOST: usize = 4096;

/// A folder of answers.
pub struct Cache {
    folder: PathBuf,
    program: String,
}

/// What a file holds after its first line, which is the fingerprint of the rest.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    key: String,
    digest: Digest,
    answer: String,
}

impl Cache {
    /// The cache of whoever runs the program; none where the system names no place for it, or this very program cannot be told
    /// from another one.
    pub fn of_user() -> Option<Self> {
        Some(Self {
            folder: folder()?,
            program: program()?,
        })
    }

    /// Keeps an answer. Where that fails nothing is lost but time.
    pub fn keep(&self, key: &str, digest: &Digest, answer: String) {
        let entry = Entry {
            key: key.to_owned(),
            digest: digest.clone(),
            answer,
        };
        let Ok(body) = serde_json::to_string(&entry) else {
            return;
        };
        let text = format!("{}\n{body}", fingerprint::of([body.as_str()]));
        if fs::create_dir_all(&self.folder).is_err() {
            return;
        }
        // Another run that writes the same file at the same time must not mix with this one.
        let own = self.folder.join(format!("{key}.{}", std::process::id()));
        let written = fs::write(&own, text).and_then(|()| fs::rename(&own, self.path(key)));
        if written.is_err() {
            let _ = fs::remove_file(&own);
        }
    }

    /// Takes the oldest answers away where there are too many.
    pub fn tidy(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return;
        };
        let mut files: Vec<(SystemTime, PathBuf)> = entries
            .flatten()
            .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
            .filter(|(_, path)| path.extension().is_some_and(|ending| ending == "case"))
            .collect();
        if files.len() <= MOST {
            return;
        }
        files.sort();
        for (_, path) in &files[..files.len() - MOST * 3 / 4] {
            let _ = fs::remove_file(path);
        }
    }

    fn path(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{key}.case"))
    }
}

impl Memory for Cache {
    fn program(&self) -> &str {
        &self.program
    }

    fn recall(&self, key: &str) -> Option<(Digest, String)> {
        let text = fs::read_to_string(self.path(key)).ok()?;
        let (sum, body) = text.split_once('\n')?;
        if sum != fingerprint::of([body]) {
            return None;
        }
        let entry: Entry = serde_json::from_str(body).ok()?;
        let sound = entry.key == key && entry.digest.is_repeatable();
        sound.then_some((entry.digest, entry.answer))
    }
}

/// `ROLLPROOF_CACHE` (nowhere, where it is empty), or where the system keeps such things.
fn folder() -> Option<PathBuf> {
    let named = |variable: &str| {
        let path = PathBuf::from(std::env::var_os(variable)?);
        path.is_absolute().then_some(path)
    };
    if let Some(own) = std::env::var_os("ROLLPROOF_CACHE") {
        return Some(PathBuf::from(own)).filter(|own| own != Path::new(""));
    }
    let base = if cfg!(windows) {
        named("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        named("HOME").map(|home| home.join("Library").join("Caches"))
    } else {
        named("XDG_CACHE_HOME").or_else(|| named("HOME").map(|home| home.join(".cache")))
    };
    base.map(|base| base.join("rollproof"))
}

/// What this very program is: its version, and the size and the time of its file, because programs of one version may differ
/// while they are worked on.
fn program() -> Option<String> {
    let path: PathBuf = std::env::current_exe().ok()?;
    let (size, time) = stamp(&path)?;
    Some(format!("{} {size} {time}", env!("CARGO_PKG_VERSION")))
}

fn stamp(path: &Path) -> Option<(u64, u128)> {
    let metadata = fs::metadata(path).ok()?;
    let time = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some((metadata.len(), time.as_nanos()))
}
