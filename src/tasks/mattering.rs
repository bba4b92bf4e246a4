//! Which transitions, requires and policies never mattered in a complete exploration. A rule that never bites is usually a
//! typo; what the cluster itself switched off is passed over in silence.

use std::collections::HashSet;

use crate::engine::watch::Observed;
use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::rules::{
    Expr, ExprKind, FieldId, GuardKind, KindId, PolicyId, Rules, Transition, TransitionClass,
    TransitionId,
};
use crate::language::visit;
use crate::model::ground::FaultBudget;
use crate::semantics::Interpreter;

/// Notes what happens, and what stops what.
pub struct Mattering<'a, 'm> {
    interpreter: &'a Interpreter<'m>,
    happened: Vec<bool>,
    /// For each transition and guard whether it ever was the one that stopped it.
    stopped: Vec<Vec<bool>>,
}

impl<'a, 'm> Mattering<'a, 'm> {
    /// Nothing has happened yet.
    #[must_use]
    pub fn new(interpreter: &'a Interpreter<'m>) -> Self {
        let transitions = interpreter.model().rules.transitions.len();
        Self {
            interpreter,
            happened: vec![false; transitions],
            stopped: (0..)
                .take(transitions)
                .map(|t| vec![false; interpreter.guards(TransitionId(t)).len()])
                .collect(),
        }
    }

    /// Takes over what a search observed.
    pub fn observed(&mut self, observed: &Observed) {
        for transition in &observed.happened {
            self.happened[transition.index()] = true;
        }
        for (transition, guard) in &observed.stopped {
            self.stopped[transition.index()][*guard] = true;
        }
    }

    /// What never mattered, in order of declaration.
    #[must_use]
    pub fn warnings(&self) -> Vec<Diagnostic> {
        let model = self.interpreter.model();
        let rules = &model.rules;
        let mut warnings = Vec::new();
        for (transition, id) in rules
            .transitions
            .iter()
            .zip(0..)
            .map(|(t, i)| (t, TransitionId(i)))
        {
            // What can be said of the guards of a failure is said of its action.
            if transition.failure_of.is_some() {
                continue;
            }
            let possible = model.instances.iter().any(|i| i.transition == id);
            if !possible || self.without_faults(transition) || self.forbidden_by_policy(id) {
                continue;
            }
            if self.happened[id.index()] {
                warnings.extend(self.idle_requires(id));
            } else {
                warnings.push(
                    Diagnostic::warning(
                        Code::NeverEnabled,
                        format!("`{}` can never happen in this cluster", transition.name),
                    )
                    .at(
                        &rules.source,
                        transition.span,
                        "its guards never hold together",
                    ),
                );
            }
        }
        warnings.extend(self.idle_policies());
        warnings
    }

    /// Whether a transition needs a fault that the cluster does not allow: it is one, or it reads what only faults write.
    fn without_faults(&self, transition: &Transition) -> bool {
        let model = self.interpreter.model();
        let rules = &model.rules;
        let off = |place: usize| match &model.faults {
            FaultBudget::Total(total) => *total == 0,
            FaultBudget::Each(each) => each.get(place).is_none_or(|&n| n == 0),
        };
        let struck: HashSet<(KindId, FieldId)> = rules
            .transitions
            .iter()
            .enumerate()
            .filter(|(place, t)| t.class == TransitionClass::Fault && off(*place))
            .flat_map(|(_, fault)| visit::written(&fault.effects))
            .collect();
        let place = rules
            .transitions
            .iter()
            .position(|t| std::ptr::eq(t, transition));
        (transition.class == TransitionClass::Fault && place.is_some_and(off))
            || transition.guards.iter().any(|guard| {
                visit::any(rules, &guard.condition, &|e| {
                    matches!(e.kind, ExprKind::Field(_, kind, field) if struck.contains(&(kind, field)))
                })
            })
    }

    /// Whether a transition never happened, and a policy that is on was what stopped it.
    fn forbidden_by_policy(&self, id: TransitionId) -> bool {
        let mut guards = self
            .interpreter
            .guards(id)
            .iter()
            .zip(&self.stopped[id.index()]);
        !self.happened[id.index()]
            && guards.any(|(ground, stopped)| *stopped && ground.policy.is_some())
    }

    /// Whether there is any ground action that a policy restricts.
    fn is_asked(&self, policy: PolicyId) -> bool {
        let model = self.interpreter.model();
        let clauses = &model.rules.policies[policy.index()].clauses;
        let restricted = |id: TransitionId| clauses.iter().any(|clause| clause.action == id);
        model.instances.iter().any(|i| restricted(i.transition))
    }

    fn idle_requires(&self, id: TransitionId) -> Vec<Diagnostic> {
        let rules = &self.interpreter.model().rules;
        self.interpreter
            .guards(id)
            .iter()
            .zip(&self.stopped[id.index()])
            .filter(|(ground, stopped)| {
                !**stopped
                    && ground.policy.is_none()
                    && matches!(ground.guard.kind, GuardKind::Require(_))
                    && !depends_on_the_cluster(rules, &ground.guard.condition)
            })
            .map(|(ground, _)| {
                Diagnostic::warning(
                    Code::NeverRefused,
                    format!(
                        "a require of `{}` never refuses anything in this cluster",
                        rules.transitions[id.index()].name
                    ),
                )
                .at(
                    &rules.source,
                    ground.guard.span,
                    "holds wherever it is asked",
                )
            })
            .collect()
    }

    fn idle_policies(&self) -> Vec<Diagnostic> {
        let model = self.interpreter.model();
        let rules = &model.rules;
        let mut binding = vec![false; rules.policies.len()];
        for id in (0..).take(rules.transitions.len()).map(TransitionId) {
            for (ground, stopped) in self
                .interpreter
                .guards(id)
                .iter()
                .zip(&self.stopped[id.index()])
            {
                if let Some(policy) = ground.policy {
                    binding[policy.index()] |=
                        *stopped || depends_on_the_cluster(rules, &ground.guard.condition);
                }
            }
        }
        (0..)
            .map(PolicyId)
            .take(rules.policies.len())
            .filter(|id| model.policies[id.index()] && !binding[id.index()] && self.is_asked(*id))
            .map(|id| {
                let policy = &rules.policies[id.index()];
                let warning = Diagnostic::warning(
                    Code::PolicyNeverBinds,
                    format!(
                        "the policy `{}` is on and never forbids anything in this cluster",
                        policy.name
                    ),
                );
                match policy
                    .clauses
                    .first()
                    .and_then(|clause| clause.guards.first())
                {
                    Some(guard) => {
                        warning.at(&rules.source, guard.span, "never false where it is asked")
                    }
                    None => warning,
                }
            })
            .collect()
    }
}

/// Whether a condition reads parameters or numbers of objects: then the cluster may be what makes it idle.
fn depends_on_the_cluster(rules: &Rules, condition: &Expr) -> bool {
    visit::any(rules, condition, &|e| {
        matches!(e.kind, ExprKind::Param(_) | ExprKind::CountKind(_))
    })
}
