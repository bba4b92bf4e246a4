//! Transitions and properties at work on a counted state: one choice of arguments for all that are alike, guards, effects. Knows
//! neither how states are written down nor what is asked.

use crate::language::rules::{KindId, TransitionClass};

use super::code::{Binder, Condition, EffectCode, NOTHING, Num, Range, Step, Target, Together};
use super::machine::{Machine, Undefined, admit};
use super::view::NONE;

/// What a condition on every choice of parameters comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Judgement {
    pub(super) broken: bool,
    pub(super) undefined: bool,
}

/// Shown the machine in a successor, and the transition that leads there.
type Fired<'f> = &'f mut dyn FnMut(&mut Machine<'_>, &Step);

impl Machine<'_> {
    /// Judges a condition for every choice of its parameters; stops where nothing can be added to what is asked.
    pub(super) fn judge(&mut self, condition: &Condition, definedness: bool) -> Judgement {
        self.frame(condition.slots);
        let mut judgement = Judgement::default();
        let all = self.each_choice(&condition.parameters, 0, &mut |machine| {
            match machine.num(&condition.holds) {
                Ok(0) => judgement.broken = true,
                Ok(_) => {}
                Err(Undefined) => judgement.undefined = true,
            }
            Ok(judgement.broken && (judgement.undefined || !definedness))
        });
        debug_assert!(all.is_ok(), "the visit is never undefined");
        judgement
    }

    /// Whether a condition without parameters holds.
    pub(super) fn holds(&mut self, condition: &Condition) -> Result<bool, Undefined> {
        self.frame(condition.slots);
        Ok(self.num(&condition.holds)? != 0)
    }

    fn frame(&mut self, slots: usize) {
        self.scratch.base = 0;
        self.scratch.variables.clear();
        self.scratch.variables.resize(slots, NOTHING);
    }

    fn each_choice(
        &mut self,
        parameters: &[Range],
        bound: usize,
        visit: &mut dyn FnMut(&mut Machine<'_>) -> Result<bool, Undefined>,
    ) -> Result<bool, Undefined> {
        let Some(range) = parameters.get(bound) else {
            return visit(self);
        };
        self.each_value(*range, &mut |machine, value| {
            machine.scratch.variables[bound] = value;
            machine.each_choice(parameters, bound + 1, visit)
        })
    }

    /// Fires transitions that have their first parameter in common with every choice of arguments, equal ones once, and shows
    /// the states that they lead to. Says whether a guard or an effect is undefined.
    pub(super) fn fire_all(
        &mut self,
        steps: &[Step],
        together: &Together,
        fired: Fired<'_>,
    ) -> bool {
        self.frame(together.slots);
        let mut undefined = false;
        let mut possible = 0u64;
        for (bit, &step) in together.steps.iter().enumerate() {
            let step = &steps[step];
            let spent = step.class == TransitionClass::Fault && self.budget(step) == 0;
            if !spent && self.may_go_on(step, 0) {
                possible |= 1 << bit;
            }
        }
        let Some(range) = together.first else {
            for (bit, &step) in together.steps.iter().enumerate() {
                if possible >> bit & 1 == 1 {
                    self.choose(&steps[step], 0, &mut undefined, fired);
                }
            }
            return undefined;
        };
        if possible != 0 {
            let all = self.each_value(range, &mut |machine, value| {
                for (bit, &step) in together.steps.iter().enumerate() {
                    let step = &steps[step];
                    machine.scratch.variables[0] = value;
                    if possible >> bit & 1 == 1 && machine.may_go_on(step, 1) {
                        machine.choose(step, 1, &mut undefined, fired);
                    }
                }
                Ok(false)
            });
            debug_assert!(all.is_ok(), "the visit is never undefined");
        }
        undefined
    }

    /// Whether the guards hold that are judged as soon as so many parameters are bound.
    fn may_go_on(&mut self, step: &Step, bound: usize) -> bool {
        step.early[bound].iter().all(|guard| {
            let holds = self.num(guard);
            debug_assert!(holds.is_ok(), "early guards are always defined");
            holds != Ok(0)
        })
    }

    /// Goes on with a transition whose first parameters are bound.
    fn choose(&mut self, step: &Step, bound: usize, undefined: &mut bool, fired: Fired<'_>) {
        if let Some(range) = step.parameters.get(bound) {
            let all = self.each_value(*range, &mut |machine, value| {
                machine.scratch.variables[bound] = value;
                if machine.may_go_on(step, bound + 1) {
                    machine.choose(step, bound + 1, undefined, fired);
                }
                Ok(false)
            });
            debug_assert!(all.is_ok(), "the visit is never undefined");
            return;
        }
        for guard in &step.late {
            match self.num(guard) {
                Ok(0) => return,
                Ok(_) => {}
                Err(Undefined) => {
                    *undefined = true;
                    return;
                }
            }
        }
        let len = self.scratch.view.individuals.len();
        match self.take(step) {
            Ok(()) => fired(self, step),
            Err(Undefined) => *undefined = true,
        }
        self.view().undo(len);
    }

    /// The effects of a transition whose arguments are bound.
    fn take(&mut self, step: &Step) -> Result<(), Undefined> {
        self.effects(&step.effects)?;
        if step.class == TransitionClass::Fault
            && let Some(counter) = self.code.shape.header.counter(step.id)
        {
            let header = self.view().change_header();
            let left = counter.get(header);
            counter.put(header, left.saturating_sub(1));
        }
        Ok(())
    }

    /// Fires a transition with these arguments, whether or not its guards hold.
    pub(super) fn take_with(&mut self, step: &Step, arguments: &[i64]) -> Result<(), Undefined> {
        self.frame(step.slots);
        self.scratch.variables[..arguments.len()].copy_from_slice(arguments);
        self.take(step)
    }

    fn budget(&self, step: &Step) -> u64 {
        let counter = self.code.shape.header.counter(step.id);
        counter.map_or(0, |counter| counter.get(&self.scratch.view.header))
    }

    fn effects(&mut self, effects: &[EffectCode]) -> Result<(), Undefined> {
        for effect in effects {
            match effect {
                EffectCode::Assign { object, target } => self.assign(object, target)?,
                EffectCode::If(condition, then, otherwise) => {
                    let chosen = if self.num(condition)? == 0 {
                        otherwise
                    } else {
                        then
                    };
                    self.effects(chosen)?;
                }
                EffectCode::For(binder, body) => {
                    for member in self.each_apart(binder)? {
                        let place = self.scratch.base + binder.slot;
                        self.scratch.variables[place] = member;
                        self.effects(body)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The members that a binder passes over, every one an individual of its own.
    fn each_apart(&mut self, binder: &Binder) -> Result<Vec<i64>, Undefined> {
        loop {
            let known = self.scratch.view.individuals.len();
            let mut members = Vec::new();
            let mut crowd = None;
            self.members(binder, &mut |machine, member, _| {
                let is_apart =
                    !machine.code.shape.kind(binder.kind).in_forest || (member as usize) < known;
                if is_apart {
                    members.push(member);
                } else {
                    let seen = machine.scratch.view.seen_from(member as u32, known as u32);
                    crowd = Some(seen);
                }
                Ok(!is_apart)
            })?;
            match crowd {
                Some((from, group)) => self.split_all(from, group),
                None => return Ok(members),
            }
        }
    }

    /// Makes individuals of all that are left of a group below an individual.
    fn split_all(&mut self, from: u32, group: u32) {
        let view = self.view();
        let parent = view.groups[group as usize].parent;
        let under = view.individuals.get(from as usize).map(|i| i.group);
        if from == NONE && parent == NONE || under == Some(parent) {
            for _ in 0..view.left(group, from) {
                view.split(group, from);
            }
            return;
        }
        self.split_all(from, parent);
    }

    fn assign(&mut self, object: &Num, target: &Target) -> Result<(), Undefined> {
        let object = self.object(object)?;
        match target {
            Target::Tree(value) => {
                let parent = u32::try_from(self.num(value)?).unwrap_or(NONE);
                self.view().change(object).parent = parent;
            }
            Target::Record(value, bits, range, of) => {
                let value = admit(self.num(value)?, *range)?;
                let code = bits.code(self.stored(value, *of));
                let record = &mut self.view().change(object).record;
                *record = *record & !(bits.mask << bits.shift) | code << bits.shift;
            }
            Target::Members(value, shift, count) => {
                let members = self.places(value)?.first().copied().unwrap_or(0);
                let mask = super::sets::mask(*count);
                let record = &mut self.view().change(object).record;
                *record = *record & !(mask << shift) | (members & mask) << shift;
            }
            Target::Header(value, cells, bits, range, of) => {
                let value = admit(self.num(value)?, *range)?;
                let code = bits.code(self.stored(value, *of));
                cells[object as usize].put(self.view().change_header(), code);
            }
            Target::HeaderMembers(value, cells) => {
                let members = self.places(value)?;
                let header = self.view().change_header();
                for (place, cell) in cells[object as usize].iter().enumerate() {
                    let bit = members
                        .get(place / 64)
                        .is_some_and(|word| word >> (place % 64) & 1 == 1);
                    cell.put(header, u64::from(bit));
                }
            }
        }
        Ok(())
    }

    /// A value as fields keep it: an individual as the place of its object.
    fn stored(&self, value: i64, of: Option<KindId>) -> i64 {
        match (of, u32::try_from(value)) {
            (Some(kind), Ok(individual)) => i64::from(self.first_place(kind, individual)),
            _ => value,
        }
    }
}
