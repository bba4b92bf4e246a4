//! What two versions of rules say otherwise is what a plain exploration of pairs of states finds.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollproof::language::mutation::keep_failures_alike;
use rollproof::language::rules::{BinaryOp, Effect, Expr, ExprKind, Guard, GuardKind, Rules};
use rollproof::model::ground::Model;
use rollproof::search::budget::{MaxStates, Unlimited};
use rollproof::tasks::difference::findings::OnCluster;
use rollproof::tasks::difference::on_cluster;
use rollproof::tasks::effort::{Effort, Reductions};

use crate::cases::{CASES, Case, MAX_STATES, for_all, same};
use crate::oracle::difference::difference;
use crate::oracle::random::tape::Tape;

/// Another version of the rules: a few small changes.
fn changed(tape: &mut Tape<'_>, rules: &mut Rules) {
    for _ in 0..tape.between(1, 3) {
        let place = tape.below(rules.transitions.len().max(1));
        let count = rules.transitions.len();
        match tape.below(9) {
            0 => rules
                .invariants
                .truncate(tape.below(rules.invariants.len() + 1)),
            1 => negate_one(tape, rules.invariants.iter_mut().map(|i| &mut i.condition)),
            2 => negate_one(tape, rules.goals.iter_mut().map(|g| &mut g.condition)),
            3 => {
                let clauses = rules.policies.iter_mut().flat_map(|p| &mut p.clauses);
                let guards: Vec<&mut Vec<Guard>> = clauses.map(|c| &mut c.guards).collect();
                let which = tape.below(guards.len().max(1));
                if let Some(guards) = guards.into_iter().nth(which) {
                    guard(tape, guards);
                }
            }
            _ if count == 0 => {}
            4 => {
                let event = &mut rules.transitions[place];
                event.fair &= tape.percent(50);
            }
            5 => {
                let effects = &mut rules.transitions[place].effects;
                effects.truncate(tape.below(effects.len() + 1));
            }
            6 => {
                let effects = &mut rules.transitions[place].effects;
                if let Some(Effect::If { condition, .. }) = effects.first_mut() {
                    negate(condition);
                } else {
                    effects.reverse();
                }
            }
            _ => guard(tape, &mut rules.transitions[place].guards),
        }
    }
}

fn guard(tape: &mut Tape<'_>, guards: &mut Vec<Guard>) {
    if guards.is_empty() {
        return;
    }
    let place = tape.below(guards.len());
    match tape.below(5) {
        0 => drop(guards.remove(place)),
        1 => negate(&mut guards[place].condition),
        2 => guards.reverse(),
        3 => {
            let other = guards[tape.below(guards.len())].condition.clone();
            guards[place].condition = other;
        }
        _ => {
            // Awaits become requires with the message of another, and the other way round.
            let message = guards.iter().find_map(|guard| match &guard.kind {
                GuardKind::Require(message) => Some(message.clone()),
                GuardKind::Await | GuardKind::When => None,
            });
            match (&guards[place].kind, message) {
                (GuardKind::Await, Some(message)) => {
                    guards[place].kind = GuardKind::Require(message);
                }
                (GuardKind::Require(_), _) => guards[place].kind = GuardKind::Await,
                _ => {}
            }
        }
    }
}

fn negate_one<'e>(tape: &mut Tape<'_>, conditions: impl ExactSizeIterator<Item = &'e mut Expr>) {
    let place = tape.below(conditions.len().max(1));
    if let Some(condition) = conditions.into_iter().nth(place) {
        negate(condition);
    }
}

fn negate(condition: &mut Expr) {
    let inner = Box::new(condition.clone());
    condition.kind = ExprKind::Not(inner);
}

fn versions(tape: &mut Tape<'_>) -> Result<Option<(Case, Model)>, String> {
    let Some(case) = Case::from(tape)? else {
        return Ok(None);
    };
    let mut rules = (*case.model.rules).clone();
    changed(tape, &mut rules);
    keep_failures_alike(&mut rules);
    let new = Model {
        rules: Arc::new(rules),
        ..case.model.clone()
    };
    Ok(Some((case, new)))
}

fn compared(old: &Model, new: &Model, reductions: Reductions) -> Result<OnCluster, String> {
    let effort = Effort {
        threads: 1,
        reductions,
        ..Effort::default()
    };
    on_cluster(old, new, effort, &mut Unlimited).map_err(|error| format!("{error:?}"))
}

/// What was found in common states, by sort and rule, with the steps before it.
fn found(found: &OnCluster) -> BTreeMap<(&'static str, String), usize> {
    let in_states = found.findings.iter().filter(|f| f.states.is_some());
    in_states
        .map(|finding| {
            let run = finding.run.as_ref().map_or(0, |run| run.steps.len());
            ((finding.sort.text(), finding.rule.clone()), run)
        })
        .collect()
}

#[test]
fn two_versions_differ_where_a_plain_exploration_says_so() {
    let counted = std::cell::Cell::new((0, 0));
    for_all(CASES / 2, |tape| {
        let Some((case, new)) = versions(tape)? else {
            return Ok(());
        };
        let Some(mut ours) = difference(&case.model, &new, MAX_STATES) else {
            return Ok(());
        };
        // The program tells the step that breaks a transition invariant, too.
        for ((_, rule), depth) in &mut ours {
            let invariants = case
                .model
                .rules
                .invariants
                .iter()
                .chain(&new.rules.invariants);
            let mut named = invariants.filter(|i| i.name == *rule);
            if named.any(|invariant| invariant.transition) {
                *depth += 1;
            }
        }
        for reductions in [Reductions::NONE, Reductions::default()] {
            let theirs = compared(&case.model, &new, reductions)?;
            same("what differs", &ours, &found(&theirs)).map_err(|e| case.about("", e))?;
            let verdicts_only = theirs.findings.iter().all(|f| f.states.is_none());
            same("whether anything does", ours.is_empty(), verdicts_only)
                .map_err(|e| case.about("", e))?;
            let (differ, all) = counted.get();
            counted.set((differ + usize::from(!ours.is_empty()), all + 1));
        }
        Ok(())
    });
    let (differ, all) = counted.get();
    assert!(
        differ * 3 > all && (all - differ) * 20 > all,
        "{differ} of {all} differ"
    );
}

#[test]
fn where_nothing_differs_every_verdict_is_the_same() {
    for_all(CASES / 3, |tape| {
        let Some((case, new)) = versions(tape)? else {
            return Ok(());
        };
        let theirs = compared(&case.model, &new, Reductions::default())?;
        if !theirs.is_same() {
            return Ok(());
        }
        let answers = [&case.model, &new]
            .map(|model| crate::answers::program_checks(model, &crate::answers::asking(&[])));
        let [old, new] = answers;
        let verdicts = |answer: &rollproof::tasks::outcome::Answer| -> Vec<String> {
            let properties = answer.properties.iter();
            properties
                .map(|p| format!("{} {} {:?}", p.name, p.verdict, p.count))
                .collect()
        };
        same("verdicts", verdicts(&old?), verdicts(&new?)).map_err(|e| case.about("", e))
    });
}

#[test]
fn a_limit_never_says_that_nothing_differs() {
    for_all(CASES / 3, |tape| {
        let Some((case, new)) = versions(tape)? else {
            return Ok(());
        };
        let most = 1 + tape.below(20);
        let effort = Effort {
            threads: 1,
            ..Effort::default()
        };
        let limited = on_cluster(&case.model, &new, effort, &mut MaxStates(most))
            .map_err(|error| format!("{error:?}"))?;
        let whole = compared(&case.model, &new, Reductions::default())?;
        if limited.is_same() && !whole.is_same() {
            return Err(case.about("", format!("with {most} states nothing differs")));
        }
        Ok(())
    });
}

/// The same condition in other words: `a and b` as `not (not a or not b)`, `a implies b` as `not a or b`, everything else under
/// two `not`s. Operands keep their order, so that what is undefined stays so.
fn in_other_words(condition: &mut Expr) {
    let not = |expr: &Expr| Expr {
        kind: ExprKind::Not(Box::new(expr.clone())),
        ..expr.clone()
    };
    let either = |a: Expr, b: Expr| Expr {
        kind: ExprKind::Binary(BinaryOp::Or, Box::new(a.clone()), Box::new(b)),
        ..a
    };
    let told = match &condition.kind {
        ExprKind::Binary(BinaryOp::And, a, b) => not(&either(not(a), not(b))),
        ExprKind::Binary(BinaryOp::Implies, a, b) => either(not(a), (**b).clone()),
        _ => not(&not(condition)),
    };
    condition.kind = told.kind;
}

#[test]
fn rules_in_other_words_do_not_differ() {
    let explored = std::cell::Cell::new(0);
    for_all(CASES / 3, |tape| {
        let Some(case) = Case::from(tape)? else {
            return Ok(());
        };
        let mut rules = (*case.model.rules).clone();
        let guards = rules.transitions.iter_mut().flat_map(|t| &mut t.guards);
        let added = rules.policies.iter_mut().flat_map(|p| &mut p.clauses);
        let added = added.flat_map(|clause| &mut clause.guards);
        for guard in guards.chain(added) {
            in_other_words(&mut guard.condition);
        }
        for invariant in &mut rules.invariants {
            in_other_words(&mut invariant.condition);
        }
        for goal in &mut rules.goals {
            in_other_words(&mut goal.condition);
        }
        let new = Model {
            rules: Arc::new(rules),
            ..case.model.clone()
        };
        let found = compared(&case.model, &new, Reductions::default())?;
        same(
            "what differs",
            &[][..],
            &found.findings.iter().map(|f| f.sort).collect::<Vec<_>>()[..],
        )
        .map_err(|e| case.about("", e))?;
        explored.set(explored.get() + usize::from(found.states.is_some()));
        Ok(())
    });
    assert!(explored.get() > 20, "{} were explored", explored.get());
}
