//! In which order lets are typed, and which of them need each other in a circle. Knows nothing of types.

use crate::language::syntax::{Binder, Expr, ExprKind};

/// The order of need, and the circles.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Order {
    /// Every let once, after all that it needs (except along a circle).
    pub(super) order: Vec<usize>,
    /// Each circle from its first let round to the last, which needs the first.
    pub(super) circles: Vec<Vec<usize>>,
}

/// Orders lets, each given by the lets that it needs. Walks without recursion, whatever the length of the chains.
pub(super) fn order(needs: &[Vec<usize>]) -> Order {
    let mut found = Order {
        order: Vec::with_capacity(needs.len()),
        circles: Vec::new(),
    };
    let mut state = vec![State::New; needs.len()];
    let mut in_circle = vec![false; needs.len()];
    for start in 0..needs.len() {
        if state[start] != State::New {
            continue;
        }
        state[start] = State::Open;
        let mut path = vec![(start, 0)];
        while let Some((at, next)) = path.last_mut() {
            let at = *at;
            let Some(&need) = needs[at].get(*next) else {
                state[at] = State::Done;
                found.order.push(at);
                path.pop();
                continue;
            };
            *next += 1;
            match state[need] {
                State::New => {
                    state[need] = State::Open;
                    path.push((need, 0));
                }
                State::Open if !in_circle[at] && !in_circle[need] => {
                    let from = path.iter().position(|&(p, _)| p == need).unwrap_or(0);
                    let circle: Vec<usize> = path[from..].iter().map(|&(p, _)| p).collect();
                    for &member in &circle {
                        in_circle[member] = true;
                    }
                    found.circles.push(circle);
                }
                State::Open | State::Done => {}
            }
        }
    }
    found
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

/// The names that an expression uses as a value or a function, in source order.
pub(super) fn names_used<'e>(expr: &'e Expr, names: &mut Vec<&'e str>) {
    match &expr.kind {
        ExprKind::Name(name) => names.push(name),
        ExprKind::Call(name, arguments) => {
            names.push(&name.text);
            for argument in arguments {
                names_used(argument, names);
            }
        }
        ExprKind::Field(inner, _)
        | ExprKind::Old(inner)
        | ExprKind::Not(inner)
        | ExprKind::CountAll(inner) => names_used(inner, names),
        ExprKind::Binary(_, a, b) => {
            names_used(a, names);
            names_used(b, names);
        }
        ExprKind::If(a, b, c) => {
            names_used(a, names);
            names_used(b, names);
            names_used(c, names);
        }
        ExprKind::All(binder, body) | ExprKind::Some(binder, body) => {
            names_used_in_binder(binder, names);
            names_used(body, names);
        }
        ExprKind::Count(binder) | ExprKind::SetOf(binder) => names_used_in_binder(binder, names),
        ExprKind::Set(members) => {
            for member in members {
                names_used(member, names);
            }
        }
        ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::None
        | ExprKind::Quoted(_)
        | ExprKind::Broken => {}
    }
}

fn names_used_in_binder<'e>(binder: &'e Binder, names: &mut Vec<&'e str>) {
    names_used(&binder.domain, names);
    if let Some(filter) = &binder.filter {
        names_used(filter, names);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_comes_first() {
        let found = order(&[vec![2], vec![], vec![1]]);
        assert_eq!(found.order, [1, 2, 0]);
        assert!(found.circles.is_empty());
    }

    #[test]
    fn each_circle_is_found_once_and_everything_is_still_ordered() {
        let found = order(&[vec![1], vec![2], vec![1], vec![3], vec![0]]);
        assert_eq!(found.circles, [vec![1, 2], vec![3]]);
        assert_eq!(found.order, [2, 1, 0, 3, 4]);
    }

    #[test]
    fn a_chain_of_a_hundred_thousand_does_not_overflow_the_stack() {
        let length = 100_000;
        let needs: Vec<Vec<usize>> = (0..length)
            .map(|i| if i + 1 < length { vec![i + 1] } else { vec![] })
            .collect();
        assert_eq!(order(&needs).order.first(), Some(&(length - 1)));
    }
}
