//! The plan by itself, without faults, and the names of the positions that it passes.

use std::collections::{BTreeMap, BTreeSet};

use rollproof::model::plan::Item;

use super::super::position::Position;
use super::carried_on::{After, onwards};
use super::world::World;

/// A cluster state with how far the plan has got.
pub type Node = (usize, Position);

/// The beginnings of all steps in the file: the place of a step among them is its number, less one.
pub fn beginnings(items: &[Item]) -> BTreeSet<usize> {
    let mut all = BTreeSet::new();
    for item in items {
        match item {
            Item::Step { span, .. } => {
                all.insert(usize::try_from(span.start).expect("plans are small"));
            }
            Item::Parallel { lanes, .. } => {
                all.extend(lanes.iter().flat_map(|lane| beginnings(lane)));
            }
            Item::AwaitSettled { .. } | Item::Await { .. } | Item::After { .. } => {}
        }
    }
    all
}

/// The numbers of the steps about to be taken; after the last step the number of the one that would follow.
pub fn numbers(items: &[Item], position: &Position) -> Vec<usize> {
    let all = beginnings(items);
    let ahead: BTreeSet<usize> = position
        .ahead(items)
        .into_iter()
        .flat_map(|item| beginnings(std::slice::from_ref(item)))
        .collect();
    let found: Vec<usize> = all
        .iter()
        .zip(1..)
        .filter(|(beginning, _)| ahead.contains(beginning))
        .map(|(_, number)| number)
        .collect();
    if found.is_empty() {
        return vec![all.len() + 1];
    }
    found
}

/// What a position is called.
pub fn name(numbers: &[usize]) -> String {
    let words: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    words.join("+")
}

/// Everything that the plan reaches without faults, by position.
pub fn without_faults(
    world: &mut World,
    items: &[Item],
    limit: usize,
) -> Option<BTreeMap<Vec<usize>, BTreeSet<Node>>> {
    let first = (world.initial(), Position::start(items));
    let mut all = BTreeSet::from([first.clone()]);
    let mut open = vec![first];
    while let Some(node) = open.pop() {
        for after in onwards(world, items, &node)
            .into_iter()
            .filter_map(After::to)
        {
            if all.insert(after.clone()) {
                open.push(after);
            }
        }
        if all.len() > limit {
            return None;
        }
    }
    let mut by_position: BTreeMap<Vec<usize>, BTreeSet<Node>> = BTreeMap::new();
    for node in all {
        let at = numbers(items, &node.1);
        by_position.entry(at).or_default().insert(node);
    }
    Some(by_position)
}
