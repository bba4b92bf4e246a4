//! The one alias for the hasher of hash tables (the user's choice; listed as unmaintained, RUSTSEC-2025-0057, without a known
//! fault). Nothing depends on the order of a hash table, so that replacing it changes no answer. The state store has its own.

/// The hasher.
pub type Hasher = std::hash::BuildHasherDefault<fxhash::FxHasher>;
