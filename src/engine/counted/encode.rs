//! The canonical form of counted states: the trees of a state in one order, equal ones once with their number, as bits. States
//! that differ only in which of the interchangeable objects is which have the same words, and no others have. Knows no rule.
//!
//! First the header, then the classes that never stand under another object, each with its trees until all its objects are
//! used up, then trees of the other classes that stand alone. A number takes as many bits as it needs when what came before it
//! is known, so that most take none.

use std::cmp::Ordering;

use crate::engine::layout::bits_for;

use super::shape::Shape;
use super::view::{Group, NONE, View};

/// Room for putting successors together.
#[derive(Debug, Default)]
pub(super) struct Encoder {
    /// Trees that are built anew.
    built: Vec<Group>,
    entries: Vec<Entry>,
    touched: Vec<u32>,
    /// For each class how many objects are still to come.
    pub(super) remaining: Vec<u32>,
    /// For each individual where its tree was built.
    pub(super) tree_of: Vec<u32>,
    /// For each individual its first child and its next sibling among those that are touched.
    first: Vec<u32>,
    next: Vec<u32>,
}

/// Equal trees, side by side.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// Whether it was built anew.
    is_built: bool,
    at: u32,
    count: u32,
}

impl Encoder {
    /// The tree that was built of an individual of the last state that was written down.
    pub(super) fn tree(&self, individual: u32) -> &[Group] {
        let at = self.tree_of[individual as usize] as usize;
        &self.built[at..at + self.built[at].len as usize]
    }

    /// Writes down what a view has become; says whether it fits.
    pub(super) fn encode(&mut self, shape: &Shape, view: &mut View, words: &mut [u64]) -> bool {
        self.entries.clear();
        self.built.clear();
        self.touch(view);
        self.roots(view);
        for place in 0..self.touched.len() {
            let individual = self.touched[place] as usize;
            if view.individuals[individual].parent == NONE {
                let at = self.build(view, individual as u32);
                self.insert(&view.groups, at);
            }
        }
        self.untouch(view);
        self.write(shape, view, words)
    }

    /// Marks the individuals whose trees are no longer those of their groups, and strings them together by what they stand
    /// under now.
    fn touch(&mut self, view: &mut View) {
        self.touched.clear();
        for place in 0..view.changed.len() {
            let changed = view.changed[place];
            self.touch_up(view, changed);
            let parent = view.individuals[changed as usize].parent;
            self.touch_up(view, parent);
        }
        let len = view.individuals.len();
        self.first.clear();
        self.first.resize(len, NONE);
        self.next.clear();
        self.next.resize(len, NONE);
        self.tree_of.resize(len, NONE);
        for &individual in &self.touched {
            let parent = view.individuals[individual as usize].parent as usize;
            if let Some(first) = self.first.get_mut(parent) {
                self.next[individual as usize] = *first;
                *first = individual;
            }
        }
    }

    fn touch_up(&mut self, view: &mut View, from: u32) {
        let mut at = from;
        while let Some(individual) = view.individuals.get_mut(at as usize)
            && !individual.touched
        {
            individual.touched = true;
            self.touched.push(at);
            at = individual.origin;
        }
    }

    fn untouch(&mut self, view: &mut View) {
        for &individual in &self.touched {
            view.individuals[individual as usize].touched = false;
        }
    }

    /// The trees at the top that nothing touched.
    fn roots(&mut self, view: &View) {
        let mut at = 0;
        while at < view.groups.len() {
            let group = &view.groups[at];
            if group.parent == NONE {
                let count = group.count - self.touched_of(view, at as u32, NONE);
                if count > 0 {
                    self.entries.push(Entry {
                        is_built: false,
                        at: at as u32,
                        count,
                    });
                }
            }
            at += group.len as usize;
        }
    }

    /// How many of a group are touched: under an individual, or at the top.
    fn touched_of(&self, view: &View, group: u32, origin: u32) -> u32 {
        let touched = self.touched.iter().map(|&i| &view.individuals[i as usize]);
        touched
            .filter(|i| i.group == group && i.origin == origin)
            .count() as u32
    }

    /// Builds the tree of a touched individual, and says where.
    fn build(&mut self, view: &View, individual: u32) -> u32 {
        let of = &view.individuals[individual as usize];
        let group = &view.groups[of.group as usize];
        let base = self.entries.len();
        let mut child = of.group + 1;
        while child < of.group + group.len {
            let count =
                view.groups[child as usize].count - self.touched_of(view, child, individual);
            if count > 0 {
                self.entries.push(Entry {
                    is_built: false,
                    at: child,
                    count,
                });
            }
            child += view.groups[child as usize].len;
        }
        let mut child = self.first[individual as usize];
        while child != NONE {
            let at = self.build(view, child);
            self.insert_from(base, &view.groups, at);
            child = self.next[child as usize];
        }
        let at = self.built.len();
        self.built.push(Group {
            record: of.record,
            count: 1,
            parent: NONE,
            split: 0,
            ..*group
        });
        for place in base..self.entries.len() {
            let Entry {
                is_built,
                at: from,
                count,
            } = self.entries[place];
            let from = from as usize;
            let copy = self.built.len();
            if is_built {
                let len = self.built[from].len as usize;
                self.built.extend_from_within(from..from + len);
            } else {
                let len = view.groups[from].len as usize;
                self.built.extend_from_slice(&view.groups[from..from + len]);
            }
            self.built[copy].count = count;
        }
        self.entries.truncate(base);
        self.built[at].len = (self.built.len() - at) as u32;
        self.tree_of[individual as usize] = at as u32;
        at as u32
    }

    fn insert(&mut self, groups: &[Group], at: u32) {
        self.insert_from(0, groups, at);
    }

    /// Puts a built tree where it belongs among the entries from `base` on, which are in order.
    fn insert_from(&mut self, base: usize, groups: &[Group], at: u32) {
        let tree = &self.built[at as usize..];
        let found = self.entries[base..].binary_search_by(|entry| {
            let of = if entry.is_built { &self.built } else { groups };
            order(&of[entry.at as usize..], tree)
        });
        match found {
            Ok(place) => self.entries[base + place].count += 1,
            Err(place) => self.entries.insert(
                base + place,
                Entry {
                    is_built: true,
                    at,
                    count: 1,
                },
            ),
        }
    }

    /// Writes the entries.
    fn write(&mut self, shape: &Shape, view: &View, words: &mut [u64]) -> bool {
        words.fill(0);
        let mut bits = Bits { words, at: 0 };
        let mut header = shape.header.bits();
        for word in &view.header {
            let width = header.min(64);
            if !bits.put(*word, width as u8) {
                return false;
            }
            header -= width;
        }
        self.remaining.clear();
        let sizes = shape.classes.iter().map(|class| class.members.len() as u32);
        self.remaining.extend(sizes);
        for entry in &self.entries {
            let of = if entry.is_built {
                &self.built
            } else {
                &view.groups
            };
            let from = entry.at as usize;
            let tree = &of[from..from + of[from].len as usize];
            let class = tree[0].class;
            if class as usize >= shape.rooted {
                let tag = u64::from(class) - shape.rooted as u64;
                if !(bits.put(1, 1) && bits.put(tag, shape.loose_tag)) {
                    return false;
                }
            }
            let mut writer = Writer {
                shape,
                bits: &mut bits,
                remaining: &mut self.remaining,
            };
            if !writer.tree(tree, entry.count, 1) {
                return false;
            }
        }
        shape.rooted == shape.classes.len() || bits.put(0, 1)
    }
}

/// The order of trees, the number of the first apart.
pub(super) fn order(left: &[Group], right: &[Group]) -> Ordering {
    let len = left[0].len.min(right[0].len) as usize;
    for (place, (left, right)) in left.iter().zip(right).take(len).enumerate() {
        let ordering = (left.class, left.record, left.len)
            .cmp(&(right.class, right.record, right.len))
            .then_with(|| {
                if place == 0 {
                    Ordering::Equal
                } else {
                    left.count.cmp(&right.count)
                }
            });
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
    Ordering::Equal
}

struct Writer<'w, 'b> {
    shape: &'w Shape,
    bits: &'w mut Bits<'b>,
    remaining: &'w mut [u32],
}

impl Writer<'_, '_> {
    /// A tree of which there are `count` under each of `parents`.
    fn tree(&mut self, tree: &[Group], count: u32, parents: u32) -> bool {
        let top = &tree[0];
        let class = top.class as usize;
        let most = self.remaining[class] / parents;
        let kind = self.shape.kind(top.kind);
        let width = bits_for(u64::from(most.saturating_sub(1)));
        if !(self.bits.put(u64::from(count) - 1, width) && self.bits.put(top.record, kind.bits)) {
            return false;
        }
        let all = count * parents;
        self.remaining[class] -= all;
        if !kind.has_children {
            return true;
        }
        let mut at = 1;
        while at < tree.len() {
            let child = &tree[at..at + tree[at].len as usize];
            let tag = self.shape.classes[child[0].class as usize].tag;
            let written = self.bits.put(1, 1)
                && self.bits.put(u64::from(tag), kind.child_tag)
                && self.tree(child, child[0].count, all);
            if !written {
                return false;
            }
            at += child.len();
        }
        self.bits.put(0, 1)
    }
}

/// Reads a state into groups.
pub(super) fn decode(shape: &Shape, words: &[u64], view: &mut View, remaining: &mut Vec<u32>) {
    view.clear();
    let mut bits = Taken { words, at: 0 };
    let mut header = shape.header.bits();
    for word in &mut view.header {
        let width = header.min(64);
        *word = bits.take(width as u8);
        header -= width;
    }
    view.header_before.copy_from_slice(&view.header);
    remaining.clear();
    remaining.extend(shape.classes.iter().map(|class| class.members.len() as u32));
    let mut reader = Reader {
        shape,
        bits,
        view,
        remaining,
    };
    for class in 0..shape.rooted {
        while reader.remaining[class] > 0 {
            reader.tree(class as u32, NONE, 1);
        }
    }
    if shape.rooted < shape.classes.len() {
        while reader.bits.take(1) == 1 {
            let tag = reader.bits.take(shape.loose_tag) as u32;
            reader.tree(shape.rooted as u32 + tag, NONE, 1);
        }
    }
    reader.view.split_named(shape);
}

struct Reader<'r> {
    shape: &'r Shape,
    bits: Taken<'r>,
    view: &'r mut View,
    remaining: &'r mut [u32],
}

impl Reader<'_> {
    fn tree(&mut self, class: u32, parent: u32, parents: u32) {
        let shape = self.shape;
        let id = shape.classes[class as usize].kind;
        let kind = shape.kind(id);
        let most = self.remaining[class as usize] / parents;
        let width = bits_for(u64::from(most.saturating_sub(1)));
        let count = self.bits.take(width) as u32 + 1;
        let record = self.bits.take(kind.bits);
        let at = self.view.groups.len() as u32;
        self.view.groups.push(Group {
            record,
            class,
            count,
            len: 1,
            parent,
            split: 0,
            kind: id,
        });
        self.view.of_kind[id.index()].push(at);
        let all = count * parents;
        self.remaining[class as usize] -= all;
        if !kind.has_children {
            return;
        }
        while self.bits.take(1) == 1 {
            let tag = self.bits.take(kind.child_tag) as usize;
            self.tree(kind.children[tag], at, all);
        }
        self.view.groups[at as usize].len = self.view.groups.len() as u32 - at;
    }
}

impl View {
    /// Makes individuals of the objects with identities and of all that they stand under.
    fn split_named(&mut self, shape: &Shape) {
        for group in 0..self.groups.len() as u32 {
            let class = self.groups[group as usize].class;
            if let Some(object) = shape.classes[class as usize].single() {
                // What stands under it comes later, so that nobody has split it off before.
                let origin = self.split_above(shape, group);
                self.named[object.index()] = self.split(group, origin);
            }
        }
    }

    /// The individual that a group with only one object stands under.
    fn split_above(&mut self, shape: &Shape, group: u32) -> u32 {
        let parent = self.groups[group as usize].parent;
        let Some(above) = self.groups.get(parent as usize) else {
            return NONE;
        };
        if let Some(object) = shape.classes[above.class as usize].single() {
            return self.named[object.index()];
        }
        let found = self.individuals.iter().position(|i| i.group == parent);
        found.map_or_else(
            || {
                let origin = self.split_above(shape, parent);
                self.split(parent, origin)
            },
            |at| at as u32,
        )
    }
}

/// Bits being written.
struct Bits<'b> {
    words: &'b mut [u64],
    at: usize,
}

impl Bits<'_> {
    /// Says whether there was room.
    fn put(&mut self, value: u64, width: u8) -> bool {
        if width == 0 {
            return true;
        }
        let (word, shift) = (self.at / 64, self.at % 64);
        self.at += usize::from(width);
        if self.at > self.words.len() * 64 {
            return false;
        }
        self.words[word] |= value << shift;
        if shift + usize::from(width) > 64 {
            self.words[word + 1] |= value >> (64 - shift);
        }
        true
    }
}

/// Bits being read.
struct Taken<'b> {
    words: &'b [u64],
    at: usize,
}

impl Taken<'_> {
    fn take(&mut self, width: u8) -> u64 {
        if width == 0 {
            return 0;
        }
        let (word, shift) = (self.at / 64, self.at % 64);
        self.at += usize::from(width);
        let mut value = self.words[word] >> shift;
        if shift + usize::from(width) > 64 {
            value |= self.words[word + 1] << (64 - shift);
        }
        if width < 64 {
            value &= (1 << width) - 1;
        }
        value
    }
}
