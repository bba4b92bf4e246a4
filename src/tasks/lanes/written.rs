//! A partial order of steps and waits as a plan that people can read: one after the other where everything comes before the
//! rest, lanes where it does not, and a lane waits for another only where the order of its own elements does not say so.

use std::collections::{BTreeMap, BTreeSet};

use crate::language::source::Span;
use crate::model::plan::Item;
use crate::model::value::Value;
use crate::semantics::Interpreter;
use crate::tasks::outcome::PlanItem;

use super::order::Order;

/// Writes an order of elements as the items of a plan.
#[must_use]
pub fn written(interpreter: &Interpreter<'_>, elements: &[Item], order: &Order) -> Vec<Item> {
    let subject = |element: usize| match &elements[element] {
        Item::Step { instance, .. } => {
            let arguments = &interpreter.model().instances[*instance].arguments;
            arguments.first().cloned()
        }
        _ => None::<Value>,
    };
    let mut blocks = Vec::new();
    for block in blocks_of(order) {
        let inside = order.among(&block);
        // A lane that stays with one object is easy to follow.
        let lanes = inside.chains(|first, then| {
            let strange = subject(block[first]) != subject(block[then]);
            (strange, std::cmp::Reverse(first))
        });
        blocks.push((block, inside, lanes));
    }
    // Elements count in the order in which they are written.
    let mut numbers = vec![0; elements.len()];
    let all = blocks
        .iter()
        .flat_map(|(block, _, lanes)| lanes.iter().flatten().map(|place| block[*place]));
    for (number, element) in all.enumerate() {
        numbers[element] = number;
    }
    let names = Names::new(interpreter, elements, &numbers);
    let mut items = Vec::new();
    for (block, inside, lanes) in &blocks {
        let mut lane_of = vec![0; block.len()];
        for (number, lane) in lanes.iter().enumerate() {
            lane.iter().for_each(|place| lane_of[*place] = number);
        }
        let covers = inside.covers();
        let lane = |lane: &Vec<usize>| {
            let mut items = Vec::new();
            for &then in lane {
                let elsewhere = covers
                    .iter()
                    .filter(|(first, t)| *t == then && lane_of[*first] != lane_of[then]);
                for (first, _) in elsewhere {
                    items.push(Item::After {
                        element: numbers[block[*first]],
                        text: names.of[block[*first]].clone(),
                        span: Span::default(),
                    });
                }
                items.push(elements[block[then]].clone());
            }
            items
        };
        let mut lanes: Vec<Vec<Item>> = lanes.iter().map(lane).collect();
        if lanes.len() == 1 {
            items.extend(lanes.remove(0));
        } else {
            items.push(Item::Parallel {
                lanes,
                span: Span::default(),
            });
        }
    }
    items
}

/// The elements in parts that come one after the other as a whole.
fn blocks_of(order: &Order) -> Vec<Vec<usize>> {
    let all = order.sequence_of_all();
    let mut blocks: Vec<Vec<usize>> = Vec::new();
    let mut begun = 0;
    for end in 1..=all.len() {
        let is_cut = all[end..]
            .iter()
            .all(|then| all[begun..end].iter().all(|first| order.has(*first, *then)));
        if is_cut {
            blocks.push(all[begun..end].to_vec());
            begun = end;
        }
    }
    blocks
}

/// What `after` calls the elements: a step by its name where it is taken once, everything else by a label.
struct Names {
    of: Vec<String>,
}

impl Names {
    fn new(interpreter: &Interpreter<'_>, elements: &[Item], numbers: &[usize]) -> Self {
        let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (element, item) in elements.iter().enumerate() {
            let name = match item {
                Item::Step { instance, .. } => interpreter.name(*instance),
                _ => "wait".to_owned(),
            };
            by_name.entry(name).or_default().push(element);
        }
        let mut of = vec![String::new(); elements.len()];
        let mut taken = BTreeSet::new();
        for (name, mut all) in by_name {
            all.sort_by_key(|element| numbers[*element]);
            if let ([only], true) = (&all[..], name.contains('(')) {
                of[*only] = name;
                continue;
            }
            for (count, element) in all.into_iter().enumerate() {
                of[element] = label(&name, count + 1, &mut taken);
            }
        }
        Self { of }
    }
}

/// `reboot Node1 #2`: unique, and without the parentheses that are for steps.
fn label(name: &str, count: usize, taken: &mut BTreeSet<String>) -> String {
    let words: String = name
        .chars()
        .filter_map(|c| match c {
            '(' => Some(' '),
            ')' => None,
            c => Some(c),
        })
        .collect();
    let mut number = count;
    loop {
        let label = format!("{words} #{number}");
        if taken.insert(label.clone()) {
            return label;
        }
        number += 1;
    }
}

/// Items as they are told.
#[must_use]
pub fn told(interpreter: &Interpreter<'_>, items: &[Item]) -> Vec<PlanItem> {
    let mut labels = BTreeMap::new();
    note_labels(items, &mut labels);
    sequence_told(interpreter, items, &labels, &mut 0)
}

/// The elements that some `after` names by a label.
fn note_labels<'i>(items: &'i [Item], labels: &mut BTreeMap<usize, &'i str>) {
    for item in items {
        match item {
            Item::After { element, text, .. } if !text.contains('(') => {
                labels.insert(*element, text);
            }
            Item::Parallel { lanes, .. } => {
                lanes.iter().for_each(|lane| note_labels(lane, labels));
            }
            _ => {}
        }
    }
}

fn sequence_told(
    interpreter: &Interpreter<'_>,
    items: &[Item],
    labels: &BTreeMap<usize, &str>,
    next: &mut usize,
) -> Vec<PlanItem> {
    let mut told = Vec::with_capacity(items.len());
    for item in items {
        let element = match item {
            Item::Step { instance, .. } => PlanItem::Step(interpreter.name(*instance)),
            Item::AwaitSettled { .. } => PlanItem::AwaitSettled,
            Item::Await { text, .. } => PlanItem::Await(text.clone()),
            Item::After { text, .. } => {
                told.push(PlanItem::After(text.clone()));
                continue;
            }
            Item::Parallel { lanes, .. } => {
                let lanes = lanes
                    .iter()
                    .map(|lane| sequence_told(interpreter, lane, labels, next));
                told.push(PlanItem::Parallel(lanes.collect()));
                continue;
            }
        };
        let label = labels.get(next);
        *next += 1;
        told.push(match label {
            Some(label) => PlanItem::Labelled {
                label: (*label).to_owned(),
                item: Box::new(element),
            },
            None => element,
        });
    }
    told
}
