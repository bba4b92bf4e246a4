//! The ground transitions of a model as terms: where each is enabled, what it writes, where it is undefined. Effects are run on
//! terms, so that each written cell becomes one term over the state before.

use crate::language::rules::{
    Effect, FieldId, FieldType, Guard, GuardKind, KindId, Transition, TransitionClass, TransitionId,
};
use crate::model::ground::Instance;
use crate::model::value::ObjectId;

use super::grounding::{Ground, Grounding, Moment, Scope, Spot, Written, lowest};
use super::layout::Cell;
use super::term::{FALSE, TRUE, TermId, Terms};

/// A ground transition as terms over the state before.
#[derive(Clone, Debug)]
pub struct GroundTransition {
    /// Its place among the instances of the model.
    pub instance: usize,
    /// Whether there is budget for it; true for what is no fault.
    pub budget: TermId,
    /// Its guards in the order of judgement: whether each holds, and whether it is defined.
    pub guards: Vec<(TermId, TermId)>,
    /// Whether its effects are defined.
    pub effects_defined: TermId,
    /// The code that each cell has afterwards, where it may change.
    pub writes: Vec<(Cell, TermId)>,
    /// Whether the transition can be taken.
    pub enabled: TermId,
    /// Whether a guard or an effect that is evaluated is undefined.
    pub undefined: TermId,
    /// Whether an await is false, and everything judged before it holds.
    pub blocked: TermId,
}

/// The guards of a transition in the order of judgement: awaits, then requires, in both first its own in source order, then
/// those of the policies that are on in order of declaration. Events and faults have their `when`s.
pub fn guards<'m>(
    grounding: &Grounding<'m>,
    id: TransitionId,
    transition: &'m Transition,
) -> Vec<&'m Guard> {
    let model = grounding.model;
    let own = transition.guards.iter();
    let policies = model.rules.policies.iter().zip(&model.policies);
    let added = policies
        .filter(|(_, on)| **on)
        .flat_map(|(policy, _)| &policy.clauses)
        .filter(|clause| clause.action == id)
        .flat_map(|clause| &clause.guards);
    let is_require = |guard: &&Guard| matches!(guard.kind, GuardKind::Require(_));
    let (requires, mut guards): (Vec<_>, Vec<_>) = own.chain(added).partition(is_require);
    guards.extend(requires);
    guards
}

/// The effects of one ground transition, run so far.
struct Run<'g, 'm> {
    grounding: &'g mut Grounding<'m>,
    written: Written,
    /// For each written place its cell, with what its code 0 stands for; none where the layout leaves it out.
    cells: Vec<Option<(Cell, i64)>>,
    defined: TermId,
}

impl GroundTransition {
    /// Grounds one instance of the model.
    pub fn new(grounding: &mut Grounding<'_>, instance: usize) -> Self {
        let model = grounding.model;
        let Instance {
            transition: id,
            arguments,
        } = &model.instances[instance];
        let transition = &model.rules.transitions[id.index()];
        let types: Vec<FieldType> = transition.parameters.iter().map(|p| p.ty).collect();
        let scope = Scope::new(grounding, &types, arguments);
        let counter = (transition.class == TransitionClass::Fault)
            .then(|| grounding.layout.counter(*id))
            .flatten();
        let budget = match (counter, transition.class) {
            (Some(cell), _) => left(grounding, cell),
            (None, TransitionClass::Fault) => FALSE,
            (None, _) => TRUE,
        };
        let mut judged = Vec::new();
        // Whether everything so far was defined and held.
        let mut so_far = budget;
        let mut undefined = FALSE;
        let mut blocked = FALSE;
        for guard in guards(grounding, *id, transition) {
            let (holds, defined) = grounding.condition(&guard.condition, &scope, Moment::default());
            undefined = unless(&mut grounding.terms, undefined, so_far, defined);
            if matches!(guard.kind, GuardKind::Await) {
                let judged = grounding.terms.and(so_far, defined);
                blocked = unless(&mut grounding.terms, blocked, judged, holds);
            }
            let both = grounding.terms.and(holds, defined);
            so_far = grounding.terms.and(so_far, both);
            judged.push((holds, defined));
        }
        let mut run = Run {
            grounding,
            written: Written::default(),
            cells: Vec::new(),
            defined: TRUE,
        };
        run.effects(&transition.effects, &scope, TRUE);
        let Run {
            written,
            cells,
            defined,
            ..
        } = run;
        undefined = unless(&mut grounding.terms, undefined, so_far, defined);
        let mut writes = codes(grounding, written, &cells);
        if let Some(cell) = counter.filter(|cell| cell.width > 0) {
            let left = grounding.terms.read(cell, 0, most(cell), false);
            let less = grounding.terms.subtract(left, TRUE);
            writes.push((cell, less));
        }
        Self {
            instance,
            budget,
            guards: judged,
            effects_defined: defined,
            writes,
            enabled: grounding.terms.and(so_far, defined),
            undefined,
            blocked,
        }
    }
}

fn most(cell: Cell) -> u64 {
    u64::MAX >> (64 - u32::from(cell.width.max(1)))
}

fn left(grounding: &mut Grounding<'_>, cell: Cell) -> TermId {
    let left = grounding.terms.read(cell, 0, most(cell), false);
    grounding.terms.less(FALSE, left)
}

/// Adds that something is undefined where it is evaluated.
fn unless(terms: &mut Terms, undefined: TermId, evaluated: TermId, defined: TermId) -> TermId {
    let not = terms.not(defined);
    let here = terms.and(evaluated, not);
    terms.or(undefined, here)
}

/// What was written as codes, without what surely stays as it is.
fn codes(
    grounding: &mut Grounding<'_>,
    written: Written,
    cells: &[Option<(Cell, i64)>],
) -> Vec<(Cell, TermId)> {
    let mut writes = Vec::with_capacity(written.len());
    for ((_, value), cell) in written.into_iter().zip(cells) {
        let Some((cell, low)) = *cell else {
            continue;
        };
        let is_same = matches!(
            grounding.terms.get(value),
            super::term::Term::Read { cell: from, old: false, .. } if *from == cell
        );
        if is_same {
            continue;
        }
        let low = grounding.terms.constant(low);
        writes.push((cell, grounding.terms.subtract(value, low)));
    }
    writes
}

impl Run<'_, '_> {
    /// Effects from top to bottom, where `on` holds; each sees those above it.
    fn effects(&mut self, effects: &[Effect], scope: &Scope, on: TermId) {
        if on == FALSE {
            return;
        }
        for effect in effects {
            match effect {
                Effect::Assign {
                    object,
                    kind,
                    field,
                    value,
                    ..
                } => {
                    let moment = Moment {
                        written: Some(&self.written),
                        old: false,
                    };
                    let (place, place_defined) =
                        self.grounding.object(object, *kind, scope, moment);
                    let value = self.grounding.value(value, scope, moment);
                    self.expect(on, place_defined);
                    self.expect(on, value.defined);
                    self.assign((place, *kind, *field), &value.value, on);
                }
                Effect::If {
                    condition,
                    then,
                    otherwise,
                } => {
                    let moment = Moment {
                        written: Some(&self.written),
                        old: false,
                    };
                    let (condition, defined) = self.grounding.condition(condition, scope, moment);
                    self.expect(on, defined);
                    let terms = &mut self.grounding.terms;
                    let yes = terms.and(on, condition);
                    let not = terms.not(condition);
                    let no = terms.and(on, not);
                    self.effects(then, scope, yes);
                    self.effects(otherwise, scope, no);
                }
                Effect::For { binder, body } => {
                    let moment = Moment {
                        written: Some(&self.written),
                        old: false,
                    };
                    // Chosen before the first pass: what the body changes does not change over what it runs.
                    let (members, defined) = self.grounding.members(binder, scope, moment);
                    self.expect(on, defined);
                    for (place, member) in (0i64..).zip(members) {
                        let object = self.grounding.terms.constant(place);
                        let here = self.grounding.terms.and(on, member);
                        self.effects(body, &scope.with(binder.slot, object), here);
                    }
                }
            }
        }
    }

    fn expect(&mut self, on: TermId, defined: TermId) {
        let here = self.grounding.terms.implies(on, defined);
        self.defined = self.grounding.terms.and(self.defined, here);
    }

    fn assign(
        &mut self,
        (place, kind, field): (TermId, KindId, FieldId),
        value: &Ground,
        on: TermId,
    ) {
        let model = self.grounding.model;
        let ty = model.rules.kinds[kind.index()].fields[field.index()].ty;
        if let Ground::Scalar(value) = value {
            let admitted = self.grounding.admitted(*value, ty);
            self.expect(on, admitted);
        }
        for (number, object) in (0i64..).zip(model.objects_of(kind)) {
            let number = self.grounding.terms.constant(number);
            let meant = self.grounding.terms.equal(place, number);
            let here = self.grounding.terms.and(on, meant);
            if here == FALSE {
                continue;
            }
            match value {
                Ground::Scalar(value) => self.write(object, field, ty, here, *value),
                Ground::Set(members) => {
                    for (place, value) in (0u32..).zip(members) {
                        self.write_member(object, field, place, here, *value);
                    }
                }
            }
        }
    }

    fn write(
        &mut self,
        object: ObjectId,
        field: FieldId,
        ty: FieldType,
        on: TermId,
        value: TermId,
    ) {
        let cell = self.grounding.layout.cell(object, field);
        // A field that has only one value cannot get another.
        if cell.is_some_and(|cell| cell.width == 0) {
            return;
        }
        let moment = Moment {
            written: Some(&self.written),
            old: false,
        };
        let before = self.grounding.read(object, field, ty, moment);
        let after = self.grounding.terms.choose(on, value, before);
        let cell = cell.map(|cell| (cell, lowest(ty)));
        self.note((object, field, None), after, cell);
    }

    fn write_member(
        &mut self,
        object: ObjectId,
        field: FieldId,
        place: u32,
        on: TermId,
        value: TermId,
    ) {
        let cell = self.grounding.layout.member(object, field, place);
        let moment = Moment {
            written: Some(&self.written),
            old: false,
        };
        let before = self.grounding.member(object, field, place, moment);
        let after = self.grounding.terms.choose(on, value, before);
        let cell = cell.map(|cell| (cell, 0));
        self.note((object, field, Some(place)), after, cell);
    }

    fn note(&mut self, spot: Spot, value: TermId, cell: Option<(Cell, i64)>) {
        if self.written.insert(spot, value).is_none() {
            self.cells.push(cell);
        }
    }
}
