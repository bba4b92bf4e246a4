//! A counted state while it is worked on: groups of equal trees, and the individuals split off from them. An individual keeps
//! apart what it was and what it has become, so that the state before a transition and the one after it share names. Knows no
//! rule.

use crate::language::rules::KindId;

use super::shape::Shape;

/// What stands for no group and no individual.
pub(super) const NONE: u32 = u32::MAX;

/// Equal trees under one parent (or under none), in preorder: the trees of its children follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) record: u64,
    pub(super) class: u32,
    /// How many of them there are under each of the parent group.
    pub(super) count: u32,
    /// How many groups its tree has, itself included.
    pub(super) len: u32,
    pub(super) parent: u32,
    /// How many of a group at the top are individuals.
    pub(super) split: u32,
    pub(super) kind: KindId,
}

/// One object of a group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Individual {
    /// What it is now.
    pub(super) record: u64,
    /// What it stands under now, an individual.
    pub(super) parent: u32,
    /// What it was: the record of its group, under `origin`.
    pub(super) group: u32,
    pub(super) origin: u32,
    pub(super) kind: KindId,
    /// How many individuals have it as their origin.
    pub(super) children: u32,
    pub(super) changed: bool,
    /// While successors are put together: whether its tree is no longer that of its group.
    pub(super) touched: bool,
}

/// A state as groups and individuals.
#[derive(Debug, Default)]
pub(super) struct View {
    pub(super) groups: Vec<Group>,
    /// For each kind its groups.
    pub(super) of_kind: Vec<Vec<u32>>,
    pub(super) individuals: Vec<Individual>,
    /// For each object with an identity its individual.
    pub(super) named: Vec<u32>,
    /// The header before the transition, and now.
    pub(super) header_before: Vec<u64>,
    pub(super) header: Vec<u64>,
    /// The individuals that may have changed.
    pub(super) changed: Vec<u32>,
    pub(super) header_changed: bool,
}

impl View {
    pub(super) fn new(shape: &Shape) -> Self {
        Self {
            of_kind: vec![Vec::new(); shape.kinds.len()],
            named: vec![NONE; shape.class_of.len()],
            header_before: vec![0; shape.header.words()],
            header: vec![0; shape.header.words()],
            ..Self::default()
        }
    }

    /// Forgets groups and individuals.
    pub(super) fn clear(&mut self) {
        self.groups.clear();
        self.individuals.clear();
        self.changed.clear();
        self.header_changed = false;
        for groups in &mut self.of_kind {
            groups.clear();
        }
    }

    /// Splits one off a group: under `origin`, or at the top.
    pub(super) fn split(&mut self, group: u32, origin: u32) -> u32 {
        let of = &mut self.groups[group as usize];
        if origin == NONE {
            of.split += 1;
        } else {
            self.individuals[origin as usize].children += 1;
        }
        self.individuals.push(Individual {
            record: of.record,
            parent: origin,
            group,
            origin,
            kind: of.kind,
            children: 0,
            changed: false,
            touched: false,
        });
        self.individuals.len() as u32 - 1
    }

    /// Puts the individuals after the first `len` back.
    pub(super) fn join(&mut self, len: usize) {
        while self.individuals.len() > len {
            if let Some(last) = self.individuals.pop() {
                match self.individuals.get_mut(last.origin as usize) {
                    Some(origin) => origin.children -= 1,
                    None => self.groups[last.group as usize].split -= 1,
                }
            }
        }
    }

    /// Takes back what changed, and puts the individuals after the first `len` back.
    pub(super) fn undo(&mut self, len: usize) {
        while let Some(changed) = self.changed.pop() {
            let individual = &mut self.individuals[changed as usize];
            individual.record = self.groups[individual.group as usize].record;
            individual.parent = individual.origin;
            individual.changed = false;
        }
        if self.header_changed {
            self.header.copy_from_slice(&self.header_before);
            self.header_changed = false;
        }
        self.join(len);
    }

    /// Whether nothing was changed.
    pub(super) fn is_pristine(&self) -> bool {
        self.changed.is_empty() && !self.header_changed
    }

    /// An individual that is about to change.
    pub(super) fn change(&mut self, individual: u32) -> &mut Individual {
        let at = &mut self.individuals[individual as usize];
        if !at.changed {
            at.changed = true;
            self.changed.push(individual);
        }
        at
    }

    /// The header, about to change.
    pub(super) fn change_header(&mut self) -> &mut [u64] {
        self.header_changed = true;
        &mut self.header
    }

    /// How many of a group are not split off: under one individual, or at the top.
    pub(super) fn left(&self, group: u32, origin: u32) -> u32 {
        let of = &self.groups[group as usize];
        if origin == NONE {
            return of.count - of.split;
        }
        if self.individuals[origin as usize].children == 0 {
            return of.count;
        }
        // Children are split off after what they stand under.
        let later = self.individuals[origin as usize + 1..].iter();
        let split = later.filter(|i| i.origin == origin && i.group == group);
        of.count - split.count() as u32
    }

    /// Where an individual is seen from, if only the first `horizon` individuals were there: itself, or a group below the last
    /// of those that it stood under.
    pub(super) fn seen_from(&self, individual: u32, horizon: u32) -> (u32, u32) {
        if individual < horizon {
            return (individual, NONE);
        }
        let group = self.individuals[individual as usize].group;
        let mut at = individual;
        while at != NONE && at >= horizon {
            at = self.individuals[at as usize].origin;
        }
        (at, group)
    }
}
