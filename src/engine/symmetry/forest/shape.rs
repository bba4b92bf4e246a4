//! The forest that references make among interchangeable objects, as far as the model fixes it: which kinds refer to which,
//! and where in a state. Knows no state.

use crate::engine::layout::{Cell, Layout, bits_for, code};
use crate::engine::symmetry::classes::{Classes, Constant};
use crate::engine::symmetry::permute::laid_out;
use crate::language::rules::{FieldId, FieldType, KindId};
use crate::model::ground::Model;
use crate::model::value::{ObjectId, Value};

/// One kind of objects in the forest: some can change places, or refer to objects that can.
#[derive(Clone, Debug)]
pub(super) struct Level {
    /// The first of its objects; the others follow. Within the level they go by their place after the first.
    pub(super) first: u32,
    pub(super) count: usize,
    /// Where its objects begin in tables with an entry for each object of each level, and one more for `none`.
    pub(super) slot: usize,
    /// How many cells a record takes: one, or whole words.
    pub(super) chunks: usize,
    /// Where the records are, `chunks` for each object.
    pub(super) cells: Vec<Cell>,
    /// The lowest bit of each of these in the whole state.
    pub(super) bits: Vec<u32>,
    /// What its objects refer to in the forest.
    pub(super) tree: Option<Tree>,
    /// Classes of objects that can change places: the places of each, so that those with the same fixed reference are
    /// side by side.
    pub(super) classes: Vec<Vec<u32>>,
    /// For each object its class, those that keep their places having one of their own.
    pub(super) class_of: Vec<u64>,
    /// The levels that refer to it.
    pub(super) children: Vec<usize>,
}

/// The one reference of a kind to objects that can change places.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    /// The level that it refers to.
    pub(super) target: usize,
    pub(super) link: Link,
    /// For each code what remains of it when objects of one class cannot be told apart: numbers from 0.
    pub(super) class_of_code: Vec<u64>,
}

/// Where a reference is found.
#[derive(Clone, Debug)]
pub(super) enum Link {
    /// In a cell of the record, by its place there.
    Changing { chunk: usize, shift: u8, width: u8 },
    /// A fixed field: for each object its code.
    Fixed(Vec<u64>),
}

/// A reference while levels have no numbers yet.
struct Edge {
    from: KindId,
    to: KindId,
    field: FieldId,
    fixed: bool,
}

impl Level {
    /// How many bits tell its classes apart.
    pub(super) fn class_bits(&self) -> u8 {
        bits_for(self.class_of.iter().copied().max().unwrap_or(0))
    }

    /// How many bits a place in one of its classes takes.
    pub(super) fn place_bits(&self) -> u8 {
        let most = self.classes.iter().map(Vec::len).max().unwrap_or(0);
        bits_for(most.saturating_sub(1) as u64)
    }

    /// How many bits the code of its reference takes.
    pub(super) fn code_bits(&self) -> u8 {
        self.tree.as_ref().map_or(0, |tree| {
            bits_for(tree.class_of_code.len().saturating_sub(1) as u64)
        })
    }
}

impl Tree {
    /// How many bits remain of a code when objects of one class cannot be told apart.
    pub(super) fn class_bits(&self) -> u8 {
        bits_for(self.class_of_code.iter().copied().max().unwrap_or(0))
    }
}

/// The levels, each before the one that it refers to; none where references do not make a forest: a kind refers to
/// interchangeable objects twice, or by a set, or in a circle.
pub(super) fn levels(
    model: &Model,
    layout: &Layout,
    classes: &Classes,
    constant: Constant<'_>,
) -> Option<Vec<Level>> {
    let class_of = classes.by_object(model.objects.len());
    let edges = edges(model, layout, &class_of, constant)?;
    let order = order(model, &class_of, &edges)?;
    let mut levels: Vec<Level> = Vec::new();
    let mut slot = 0;
    for &kind in &order {
        let level = level(model, layout, classes, (kind, slot))?;
        slot += level.count + 1;
        levels.push(level);
    }
    for edge in edges {
        let place = |kind| order.iter().position(|&k| k == kind);
        let (from, to) = (place(edge.from)?, place(edge.to)?);
        levels[from].tree = Some(tree(
            model,
            layout,
            (&levels[from], &levels[to], to),
            &edge,
        )?);
        levels[to].children.push(from);
    }
    Some(levels)
}

/// The references to interchangeable objects; none where a kind has two of them, or a set.
fn edges(
    model: &Model,
    layout: &Layout,
    class_of: &[Option<usize>],
    constant: Constant<'_>,
) -> Option<Vec<Edge>> {
    let moves = |id: &ObjectId| class_of[id.index()].is_some();
    let mut edges: Vec<Edge> = Vec::new();
    for (from, kind) in (0u16..).map(KindId).zip(&model.rules.kinds) {
        for (field, declared) in (0u16..).map(FieldId).zip(&kind.fields) {
            let (to, set) = match declared.ty {
                FieldType::Object(to) | FieldType::Optional(to) => (to, false),
                FieldType::Set(to) => (to, true),
                _ => continue,
            };
            let fixed = constant(from, field);
            let matters = if fixed {
                let values = model.objects_of(from).map(|id| &model.objects[id.index()]);
                values.into_iter().any(|o| match &o.values[field.index()] {
                    Value::Object(id) => moves(id),
                    Value::Set(members) => members.iter().any(moves),
                    _ => false,
                })
            } else {
                laid_out(model, layout, from, field) && model.objects_of(to).any(|id| moves(&id))
            };
            if !matters {
                continue;
            }
            if set || edges.last().is_some_and(|edge| edge.from == from) {
                return None;
            }
            edges.push(Edge {
                from,
                to,
                field,
                fixed,
            });
        }
    }
    Some(edges)
}

/// The kinds of the forest, each before the one that it refers to; none where they refer in a circle.
fn order(model: &Model, class_of: &[Option<usize>], edges: &[Edge]) -> Option<Vec<KindId>> {
    let moves = |kind| {
        model
            .objects_of(kind)
            .any(|id| class_of[id.index()].is_some())
    };
    let refers = |kind| edges.iter().any(|edge| edge.from == kind);
    let mut open: Vec<KindId> = (0u16..)
        .map(KindId)
        .take(model.rules.kinds.len())
        .filter(|&kind| moves(kind) || refers(kind))
        .collect();
    let mut order = Vec::new();
    while !open.is_empty() {
        let free = |kind: &KindId| {
            !edges
                .iter()
                .any(|edge| edge.to == *kind && open.contains(&edge.from))
        };
        let place = open.iter().position(free)?;
        order.push(open.remove(place));
    }
    Some(order)
}

fn level(
    model: &Model,
    layout: &Layout,
    classes: &Classes,
    (kind, slot): (KindId, usize),
) -> Option<Level> {
    let objects: Vec<ObjectId> = model.objects_of(kind).collect();
    let first = objects.first()?.0;
    let mut cells = Vec::new();
    for &object in &objects {
        cells.extend(chunks(model, layout, object));
    }
    let own: Vec<Vec<u32>> = classes
        .list
        .iter()
        .filter(|class| class.kind == kind)
        .map(|class| class.objects.iter().map(|id| id.0 - first).collect())
        .collect();
    let mut class_of = vec![None; objects.len()];
    for (number, places) in (0u64..).zip(&own) {
        for &place in places {
            class_of[place as usize] = Some(number);
        }
    }
    let mut next = own.len() as u64;
    let class_of = class_of.into_iter().map(|class| {
        class.unwrap_or_else(|| {
            next += 1;
            next - 1
        })
    });
    Some(Level {
        first,
        count: objects.len(),
        slot,
        chunks: cells.len() / objects.len(),
        class_of: class_of.collect(),
        bits: cells
            .iter()
            .map(|cell| {
                cell.word
                    .saturating_mul(64)
                    .saturating_add(u32::from(cell.shift))
            })
            .collect(),
        cells,
        tree: None,
        classes: own,
        children: Vec::new(),
    })
}

/// The record of an object as cells: one, or the words that it has for itself.
fn chunks(model: &Model, layout: &Layout, object: ObjectId) -> Vec<Cell> {
    if let Some(record) = layout.record(object) {
        // A record without bits may stand behind the last word.
        let word = if record.width == 0 { 0 } else { record.word };
        return vec![Cell { word, ..record }];
    }
    let kind = model.objects[object.index()].kind;
    let mut words = Vec::new();
    for (field, declared) in (0u16..)
        .map(FieldId)
        .zip(&model.rules.kinds[kind.index()].fields)
    {
        if !laid_out(model, layout, kind, field) {
            continue;
        }
        if let FieldType::Set(of) = declared.ty {
            let members = 0..model.of_kind[of.index()].len() as u32;
            words.extend(members.filter_map(|m| Some(layout.member(object, field, m)?.word)));
        } else {
            words.extend(layout.cell(object, field).map(|cell| cell.word));
        }
    }
    words.sort_unstable();
    words.dedup();
    let whole = |word| Cell {
        word,
        shift: 0,
        width: 64,
    };
    words.into_iter().map(whole).collect()
}

fn tree(
    model: &Model,
    layout: &Layout,
    (from, to, target): (&Level, &Level, usize),
    edge: &Edge,
) -> Option<Tree> {
    let ty = model.rules.kinds[edge.from.index()].fields[edge.field.index()].ty;
    let link = if edge.fixed {
        let values = model.objects_of(edge.from);
        let codes: Option<Vec<u64>> = values
            .map(|id| {
                code(
                    model,
                    ty,
                    &model.objects[id.index()].values[edge.field.index()],
                )
            })
            .collect();
        Link::Fixed(codes?)
    } else {
        let cell = layout.cell(ObjectId(from.first), edge.field)?;
        let chunk = from.cells[..from.chunks]
            .iter()
            .position(|chunk| chunk.word == cell.word)?;
        Link::Changing {
            chunk,
            shift: cell.shift - from.cells[chunk].shift,
            width: cell.width,
        }
    };
    let mut class_of_code = to.class_of.clone();
    if matches!(ty, FieldType::Optional(_)) {
        let none = class_of_code.iter().max().map_or(0, |most| most + 1);
        class_of_code.push(none);
    }
    Some(Tree {
        target,
        link,
        class_of_code,
    })
}
