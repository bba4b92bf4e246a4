//! Rules with one thing taken out or made weaker, for asking whether anybody would notice. Everything keeps its number, so that
//! what was made of the rules before (ground transitions, plans) fits the changed ones as well.

use super::rules::{
    BinaryOp, Constant, Effect, Expr, ExprKind, Guard, GuardKind, Rules, Transition,
    TransitionClass, TransitionId, Type,
};
use super::source::Span;

/// Rules with one thing taken out or made weaker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// Of which declaration: its name.
    pub rule: String,
    /// What is done: `the require is dropped`.
    pub change: &'static str,
    /// What it is done to, in the text of the rules.
    pub span: Span,
    site: Site,
}

/// Where the rules change. Numbers are places in the lists of [`Rules`].
#[derive(Clone, Debug, PartialEq, Eq)]
enum Site {
    /// A guard of a transition, all of it or one of its conjuncts.
    Guard(usize, usize, Option<usize>),
    /// A guard that a policy adds: policy, clause, guard, and one of its conjuncts.
    Added(usize, usize, usize, Option<usize>),
    /// An assignment, by its place among those of the transition.
    Effect(usize, usize),
    /// An event or a fault that never comes.
    Never(usize),
    /// An event that need not come.
    Unfair(usize),
    /// An invariant, all of it or one of its conjuncts.
    Invariant(usize, Option<usize>),
}

/// All mutants of some rules, in the order of the text's declarations: transitions, policies, invariants.
#[must_use]
pub fn mutants(rules: &Rules) -> Vec<Mutant> {
    let mut all = Vec::new();
    for (place, transition) in rules.transitions.iter().enumerate() {
        of_transition(place, transition, &mut all);
    }
    for (place, policy) in rules.policies.iter().enumerate() {
        for (clause, added) in policy.clauses.iter().enumerate() {
            if is_copy(rules, added.action) {
                continue;
            }
            for (number, guard) in added.guards.iter().enumerate() {
                let site = |conjunct| Site::Added(place, clause, number, conjunct);
                of_guard(&policy.name, guard, &site, &mut all);
            }
        }
    }
    for (place, invariant) in rules.invariants.iter().enumerate() {
        let whole = invariant.condition.span;
        all.push(Mutant {
            rule: invariant.name.clone(),
            change: "the invariant is dropped",
            span: whole,
            site: Site::Invariant(place, None),
        });
        for (number, span) in weaker(&invariant.condition) {
            all.push(Mutant {
                rule: invariant.name.clone(),
                change: "a part of the invariant is dropped",
                span,
                site: Site::Invariant(place, Some(number)),
            });
        }
    }
    all
}

/// Whether a transition has its guards from an action.
fn is_copy(rules: &Rules, id: TransitionId) -> bool {
    rules.transitions[id.index()].failure_of.is_some()
}

fn of_transition(place: usize, transition: &Transition, all: &mut Vec<Mutant>) {
    // A failure has the guards of its action, and they change with these.
    if transition.failure_of.is_none() {
        for (number, guard) in transition.guards.iter().enumerate() {
            let site = |conjunct| Site::Guard(place, number, conjunct);
            of_guard(&transition.name, guard, &site, all);
        }
    }
    let mut mutant = |change, span, site| {
        all.push(Mutant {
            rule: transition.name.clone(),
            change,
            span,
            site,
        });
    };
    for (number, span) in assignments(&transition.effects).into_iter().enumerate() {
        mutant("the effect is dropped", span, Site::Effect(place, number));
    }
    match transition.class {
        TransitionClass::Action => {}
        TransitionClass::Event => {
            mutant("the event never comes", transition.span, Site::Never(place));
            if transition.fair {
                mutant(
                    "the event need not come",
                    transition.span,
                    Site::Unfair(place),
                );
            }
        }
        TransitionClass::Fault => {
            mutant("the fault never comes", transition.span, Site::Never(place));
        }
    }
}

fn of_guard(
    rule: &str,
    guard: &Guard,
    site: &dyn Fn(Option<usize>) -> Site,
    all: &mut Vec<Mutant>,
) {
    let words = match guard.kind {
        GuardKind::Await => ["the await is dropped", "a part of the await is dropped"],
        GuardKind::Require(_) => ["the require is dropped", "a part of the require is dropped"],
        GuardKind::When => [
            "the condition is dropped",
            "a part of the condition is dropped",
        ],
    };
    all.push(Mutant {
        rule: rule.to_owned(),
        change: words[0],
        span: guard.span,
        site: site(None),
    });
    for (number, span) in weaker(&guard.condition) {
        all.push(Mutant {
            rule: rule.to_owned(),
            change: words[1],
            span,
            site: site(Some(number)),
        });
    }
}

/// The parts without any of which a condition is weaker; none where there is one only, which is all of it.
fn weaker(condition: &Expr) -> Vec<(usize, Span)> {
    let mut spans = Vec::new();
    parts(&mut condition.clone(), &mut |part| spans.push(part.span));
    if spans.len() < 2 {
        return Vec::new();
    }
    spans.into_iter().enumerate().collect()
}

/// Shows each part of a condition that is a conjunction, at its top or in what follows from something or holds for all.
fn parts(condition: &mut Expr, see: &mut dyn FnMut(&mut Expr)) {
    match &mut condition.kind {
        ExprKind::Binary(BinaryOp::And, a, b) => {
            parts(a, see);
            parts(b, see);
        }
        ExprKind::Binary(BinaryOp::Implies, _, inner) | ExprKind::All(_, inner) => {
            parts(inner, see);
        }
        ExprKind::Not(inner) => apart(inner, see),
        _ => see(condition),
    }
}

/// The same for a condition that must not hold: `not (a or b)` is weaker without `b`.
fn apart(condition: &mut Expr, see: &mut dyn FnMut(&mut Expr)) {
    match &mut condition.kind {
        ExprKind::Binary(BinaryOp::Or, a, b) => {
            apart(a, see);
            apart(b, see);
        }
        _ => see(condition),
    }
}

/// Makes a part of a condition hold for ever, or never where it stands under `not`.
fn drop_part(condition: &mut Expr, number: usize) {
    fn forever(expr: &mut Expr, value: bool) {
        expr.kind = ExprKind::Constant(Constant::Bool(value));
    }
    fn down(expr: &mut Expr, left: &mut Option<usize>, positive: bool) {
        let here = match (&mut expr.kind, positive) {
            (ExprKind::Binary(BinaryOp::And, a, b), true)
            | (ExprKind::Binary(BinaryOp::Or, a, b), false) => {
                down(a, left, positive);
                down(b, left, positive);
                false
            }
            (ExprKind::Binary(BinaryOp::Implies, _, inner) | ExprKind::All(_, inner), true) => {
                down(inner, left, true);
                false
            }
            (ExprKind::Not(inner), true) => {
                down(inner, left, false);
                false
            }
            _ => true,
        };
        if here && let Some(number) = *left {
            if number == 0 {
                forever(expr, positive);
            }
            *left = number.checked_sub(1);
        }
    }
    down(condition, &mut Some(number), true);
}

/// The places of assignments, those inside of `if` and `for` as well.
fn assignments(effects: &[Effect]) -> Vec<Span> {
    let mut spans = Vec::new();
    for effect in effects {
        match effect {
            Effect::Assign { span, .. } => spans.push(*span),
            Effect::If {
                then, otherwise, ..
            } => {
                spans.extend(assignments(then));
                spans.extend(assignments(otherwise));
            }
            Effect::For { body, .. } => spans.extend(assignments(body)),
        }
    }
    spans
}

fn drop_assignment(effects: &mut Vec<Effect>, left: &mut usize) -> bool {
    for place in 0..effects.len() {
        let dropped = match &mut effects[place] {
            Effect::Assign { .. } if *left == 0 => {
                effects.remove(place);
                true
            }
            Effect::Assign { .. } => {
                *left -= 1;
                false
            }
            Effect::If {
                then, otherwise, ..
            } => drop_assignment(then, left) || drop_assignment(otherwise, left),
            Effect::For { body, .. } => drop_assignment(body, left),
        };
        if dropped {
            return true;
        }
    }
    false
}

fn constant(value: bool, span: Span) -> Expr {
    Expr {
        kind: ExprKind::Constant(Constant::Bool(value)),
        ty: Type::Bool,
        span,
    }
}

fn weaken(guards: &mut Vec<Guard>, guard: usize, conjunct: Option<usize>) {
    match conjunct {
        None => drop(guards.remove(guard)),
        Some(number) => drop_part(&mut guards[guard].condition, number),
    }
}

impl Mutant {
    /// The changed rules.
    #[must_use]
    pub fn applied(&self, rules: &Rules) -> Rules {
        let mut changed = rules.clone();
        match self.site {
            Site::Guard(transition, guard, conjunct) => {
                weaken(&mut changed.transitions[transition].guards, guard, conjunct);
            }
            Site::Added(policy, clause, guard, conjunct) => {
                let clause = &mut changed.policies[policy].clauses[clause];
                weaken(&mut clause.guards, guard, conjunct);
            }
            Site::Effect(transition, number) => {
                let effects = &mut changed.transitions[transition].effects;
                drop_assignment(effects, &mut { number });
            }
            Site::Never(transition) => {
                let transition = &mut changed.transitions[transition];
                let guard = Guard {
                    kind: GuardKind::When,
                    condition: constant(false, transition.span),
                    span: transition.span,
                };
                transition.guards.insert(0, guard);
            }
            Site::Unfair(transition) => changed.transitions[transition].fair = false,
            Site::Invariant(invariant, None) => {
                let condition = &mut changed.invariants[invariant].condition;
                *condition = constant(true, condition.span);
            }
            Site::Invariant(invariant, Some(number)) => {
                drop_part(&mut changed.invariants[invariant].condition, number);
            }
        }
        if !matches!(self.site, Site::Never(_)) {
            keep_failures_alike(&mut changed);
        }
        changed
    }

    /// The action, event or fault that changes, by its place; for what policies add the action; none for an invariant.
    #[must_use]
    pub fn transition(&self, rules: &Rules) -> Option<TransitionId> {
        match self.site {
            Site::Guard(place, ..)
            | Site::Effect(place, _)
            | Site::Never(place)
            | Site::Unfair(place) => u16::try_from(place).ok().map(TransitionId),
            Site::Added(policy, clause, ..) => Some(rules.policies[policy].clauses[clause].action),
            Site::Invariant(..) => None,
        }
    }

    /// The policy that changes, by its place.
    #[must_use]
    pub const fn policy(&self) -> Option<usize> {
        match self.site {
            Site::Added(policy, ..) => Some(policy),
            _ => None,
        }
    }
}

/// Gives each failure of an action the guards of the action again, its own and those of policies.
pub fn keep_failures_alike(rules: &mut Rules) {
    for place in 0..rules.transitions.len() {
        if let Some(action) = rules.transitions[place].failure_of {
            let guards = rules.transitions[action.index()].guards.clone();
            rules.transitions[place].guards = guards;
        }
    }
    for policy in &mut rules.policies {
        for place in 0..policy.clauses.len() {
            let failure = policy.clauses[place].action;
            if let Some(action) = rules.transitions[failure.index()].failure_of {
                // The clause of the action comes before those of its failures.
                let before = &policy.clauses[..place];
                let clause = before.iter().rev().find(|clause| clause.action == action);
                if let Some(guards) = clause.map(|clause| clause.guards.clone()) {
                    policy.clauses[place].guards = guards;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::read_rules;
    use crate::language::source::Source;

    const RULES: &str = "rules m
kind node { up: bool = true; load: 0..3 = 0 }
action stop(n: node) {
  await n.up and n.load == 0
  require not (n.load > 1 or n.load == 2) else \"no\"
  may fail { n.load = 0 }
  n.up = false
  if n.load > 0 { n.load = 0 } else { n.load = 1 }
}
event boot(n: node) fair { when not n.up; n.up = true }
policy calm { before stop(n) require all o in node: o.up and o.load < 3 else \"calm\" }
invariant some_up { some n in node: n.up }
invariant light { all n in node: n.up implies n.load < 3 and n.load < 2 }
";

    fn rules() -> Rules {
        let (rules, diagnostics) = read_rules(&Source::new("m.rules", RULES));
        rules.unwrap_or_else(|| unreachable!("{diagnostics:?}"))
    }

    #[test]
    fn everything_that_can_be_weaker_is_listed_with_its_place() {
        let rules = rules();
        let listed: Vec<String> = mutants(&rules)
            .iter()
            .map(|m| format!("{}: {}: {}", m.rule, m.change, rules.source.slice(m.span)))
            .collect();
        assert_eq!(
            listed,
            [
                "stop: the await is dropped: await n.up and n.load == 0",
                "stop: a part of the await is dropped: n.up",
                "stop: a part of the await is dropped: n.load == 0",
                "stop: the require is dropped: require not (n.load > 1 or n.load == 2) else \"no\"",
                "stop: a part of the require is dropped: n.load > 1",
                "stop: a part of the require is dropped: n.load == 2",
                "stop: the effect is dropped: n.up = false",
                "stop: the effect is dropped: n.load = 0",
                "stop: the effect is dropped: n.load = 1",
                "stop fails: the effect is dropped: n.load = 0",
                "stop fails: the fault never comes: may fail { n.load = 0 }",
                "boot: the condition is dropped: when not n.up",
                "boot: the effect is dropped: n.up = true",
                "boot: the event never comes: boot",
                "boot: the event need not come: boot",
                "calm: the require is dropped: require all o in node: o.up and o.load < 3 else \"calm\"",
                "calm: a part of the require is dropped: o.up",
                "calm: a part of the require is dropped: o.load < 3",
                "some_up: the invariant is dropped: some n in node: n.up",
                "light: the invariant is dropped: all n in node: n.up implies n.load < 3 and n.load < 2",
                "light: a part of the invariant is dropped: n.load < 3",
                "light: a part of the invariant is dropped: n.load < 2",
            ]
        );
    }

    #[test]
    fn each_mutant_changes_something_and_failures_keep_the_guards_of_their_action() {
        let rules = rules();
        let original = format!("{rules:?}");
        for mutant in mutants(&rules) {
            let changed = mutant.applied(&rules);
            assert_ne!(format!("{changed:?}"), original, "{mutant:?}");
            if !matches!(mutant.site, Site::Never(_)) {
                let guards = |name: &str| {
                    let id = changed.transition(name).map(TransitionId::index);
                    format!("{:?}", id.map(|id| &changed.transitions[id].guards))
                };
                assert_eq!(guards("stop"), guards("stop fails"), "{mutant:?}");
            }
        }
    }

    #[test]
    fn a_part_under_not_is_dropped_as_never_true() {
        let rules = rules();
        let all = mutants(&rules);
        let changed = all[4].applied(&rules);
        let condition = format!("{:?}", changed.transitions[0].guards[1].condition.kind);
        assert!(condition.starts_with("Not("), "{condition}");
        assert!(condition.contains("Bool(false)"), "{condition}");
    }
}
