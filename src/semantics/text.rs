//! Ground transitions, values and templates as text. Knows nothing of where the text goes.

use crate::language::parse::is_name;
use crate::language::rules::{
    EnumId, Expr, ExprKind, GuardKind, Template, TemplatePart, Transition,
};
use crate::language::source::{Source, Span};
use crate::model::value::{ObjectId, Value};

use super::evaluate::Scope;
use super::interpreter::Interpreter;
use super::state::State;

impl Interpreter<'_> {
    /// A ground transition as plans write it, `move(EVS1, Node2)`; the failure of an action as `move(EVS1, Node2) fails`.
    #[must_use]
    pub fn name(&self, instance: usize) -> String {
        let arguments = self.model.instances[instance].arguments.iter();
        let arguments: Vec<String> = arguments.map(|value| self.written(value)).collect();
        let Transition {
            name, failure_of, ..
        } = self.transition(instance);
        let rules = &self.model.rules;
        let action = failure_of.map_or(name, |action| &rules.transitions[action.index()].name);
        let fails = name.strip_prefix(action.as_str()).unwrap_or("");
        format!("{action}({}){fails}", arguments.join(", "))
    }

    /// A ground transition in the rules' own words; its name where they have none.
    #[must_use]
    pub fn describe(&self, state: &State, instance: usize) -> String {
        match &self.transition(instance).text {
            Some(template) => self.filled(state, instance, template),
            None => self.name(instance),
        }
    }

    /// What the operator is told where a guard does not hold: the message of a require, which may name the objects for which
    /// it does not, else the condition as written.
    #[must_use]
    pub fn message(&self, state: &State, instance: usize, guard: usize) -> String {
        let guard = self.guards(self.model.instances[instance].transition)[guard].guard;
        match &guard.kind {
            GuardKind::Require(message) => {
                let arguments = &self.model.instances[instance].arguments;
                let moment = self.moment(state, None);
                let bindings = moment.with_offenders(arguments, &guard.condition, message);
                self.render(state, message, &bindings)
            }
            GuardKind::Await | GuardKind::When => {
                folded(&self.model.rules.source, guard.condition.span)
            }
        }
    }

    /// What to look at after a ground transition.
    #[must_use]
    pub fn then(&self, state: &State, instance: usize) -> Vec<String> {
        let templates = self.transition(instance).then.iter();
        templates
            .map(|template| self.filled(state, instance, template))
            .collect()
    }

    /// A template whose variables 0, 1, 2, … are bound to `bindings`; an undefined value is shown as `?`.
    #[must_use]
    pub fn render(&self, state: &State, template: &Template, bindings: &[Value]) -> String {
        let mut text = String::new();
        for part in &template.parts {
            match part {
                TemplatePart::Text(written) => text.push_str(written),
                TemplatePart::Expr(expr) => match self.evaluate(state, expr, bindings) {
                    Ok(Value::Enum(id, place)) => text.push_str(&self.words(id, place)),
                    Ok(value) => text.push_str(&self.show(&value)),
                    Err(_) => text.push('?'),
                },
            }
        }
        text
    }

    /// What texts call a value of an enum.
    fn words(&self, id: EnumId, place: u16) -> &str {
        let words = &self.model.rules.enums[id.index()].words;
        words.get(usize::from(place)).map_or("?", String::as_str)
    }

    /// A value for people.
    #[must_use]
    pub fn show(&self, value: &Value) -> String {
        self.spelled(value, str::to_owned)
    }

    /// The name of an object.
    #[must_use]
    pub fn object_name(&self, object: ObjectId) -> &str {
        self.model
            .objects
            .get(object.index())
            .map_or("?", |o| &o.name)
    }

    /// A value as plans and expressions write it.
    pub(super) fn written(&self, value: &Value) -> String {
        self.spelled(value, quoted_where_needed)
    }

    fn spelled(&self, value: &Value, object: impl Fn(&str) -> String) -> String {
        match value {
            Value::Bool(truth) => truth.to_string(),
            Value::Int(number) => number.to_string(),
            Value::Enum(id, place) => self.model.rules.enums[id.index()]
                .values
                .get(usize::from(*place))
                .cloned()
                .unwrap_or_default(),
            Value::Object(id) => object(self.object_name(*id)),
            Value::None => "none".to_owned(),
            Value::Set(members) => {
                let names: Vec<_> = members
                    .iter()
                    .map(|&m| object(self.object_name(m)))
                    .collect();
                format!("{{{}}}", names.join(", "))
            }
        }
    }

    fn filled(&self, state: &State, instance: usize, template: &Template) -> String {
        self.render(state, template, &self.model.instances[instance].arguments)
    }

    /// An expression with the values of its variables in their places: `Node1.pending` for `n.pending`.
    pub(super) fn ground_text(&self, expr: &Expr, scope: &Scope<'_>, source: &Source) -> String {
        let rules = &self.model.rules;
        match &expr.kind {
            ExprKind::Variable(slot) => match scope.get(*slot) {
                Some(value) => self.written(value),
                None => folded(source, expr.span),
            },
            ExprKind::Object(place) => self.written(&Value::Object(ObjectId(*place))),
            ExprKind::Field(object, kind, field) => {
                let field = &rules.kinds[kind.index()].fields[field.index()].name;
                format!("{}.{field}", self.ground_text(object, scope, source))
            }
            ExprKind::Call(id, arguments) => {
                let name = &rules.lets[id.index()].name;
                let arguments = arguments.iter().map(|a| self.ground_text(a, scope, source));
                let arguments: Vec<_> = arguments.collect();
                if arguments.is_empty() {
                    name.clone()
                } else {
                    format!("{name}({})", arguments.join(", "))
                }
            }
            ExprKind::Old(inner) => format!("old({})", self.ground_text(inner, scope, source)),
            _ => folded(source, expr.span),
        }
    }
}

/// An object's name as plans write it: in quotes where it is not an identifier, or a word of the language.
fn quoted_where_needed(name: &str) -> String {
    if is_name(name) {
        name.to_owned()
    } else {
        format!("'{name}'")
    }
}

/// A piece of a text on one line: white space folded, comments left out.
pub(super) fn folded(source: &Source, span: Span) -> String {
    let lines = source.slice(span).lines().map(without_comment);
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    words.join(" ")
}

/// A line up to its `//`; quoted names may contain one.
fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    let bytes = line.as_bytes();
    for (place, byte) in bytes.iter().enumerate() {
        match byte {
            b'\'' => quoted = !quoted,
            b'/' if !quoted && bytes.get(place + 1) == Some(&b'/') => return &line[..place],
            _ => {}
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::super::testing::{model, named};
    use super::*;

    const RULES: &str = r#"
        rules texts
        enum Build { rtm, sp1 "SP 1" }
        kind node { build: Build = sp1; next: node? = none; peers: set of node = {} }
        action join(n: node, m: node?) {
          text "Let {n} ({n.build}) follow {m}, after {n.next.build}: {{{n.peers}}}"
          then "Look at {n}"
          then "Count to {count(node)}"
          await   n.build == Build.sp1   // comment
                  and m != n
          require m != none else "{n} is alone"
          n.next = m
        }
        action leave(n: node, b: bool, i: -1..0, build: Build) { n.next = none }
    "#;
    const CLUSTER: &str = r#"{ "rules": "test", "objects": { "node": { "web-1.eu": { "peers": ["web-1.eu", "B"] }, "B": {}, "set": {} } } }"#;

    #[test]
    fn names_can_be_read_back_by_plans() {
        let model = model(RULES, CLUSTER);
        let interpreter = Interpreter::new(&model);
        let names: Vec<String> = (0..model.instances.len())
            .map(|i| interpreter.name(i))
            .collect();
        assert_eq!(names[1], "join('web-1.eu', B)");
        assert_eq!(names[2], "join('web-1.eu', 'set')");
        assert_eq!(names[3], "join('web-1.eu', none)");
        assert_eq!(names[12], "leave('web-1.eu', false, -1, rtm)");
    }

    #[test]
    fn texts_show_values_and_a_question_mark_for_what_has_none() {
        let model = model(RULES, CLUSTER);
        let interpreter = Interpreter::new(&model);
        let state = interpreter.initial();
        let join = named(&interpreter, "join('web-1.eu', none)");
        let told = interpreter.describe(&state, join);
        assert_eq!(
            told,
            "Let web-1.eu (SP 1) follow none, after ?: {{web-1.eu, B}}"
        );
        assert_eq!(
            interpreter.then(&state, join),
            ["Look at web-1.eu", "Count to 3"]
        );
        assert_eq!(interpreter.message(&state, join, 1), "web-1.eu is alone");
    }

    #[test]
    fn without_a_text_the_name_is_told_and_without_a_message_the_condition() {
        let model = model(RULES, CLUSTER);
        let interpreter = Interpreter::new(&model);
        let state = interpreter.initial();
        let leave = named(&interpreter, "leave(B, true, 0, sp1)");
        assert_eq!(
            interpreter.describe(&state, leave),
            "leave(B, true, 0, sp1)"
        );
        let join = named(&interpreter, "join(B, none)");
        assert_eq!(
            interpreter.message(&state, join, 0),
            "n.build == Build.sp1 and m != n"
        );
    }

    #[test]
    fn a_comment_ends_a_line_but_not_inside_a_quoted_name() {
        let source = Source::new("plan", "a == 'x//y' // why\n   and  b");
        let all = Span::new(0, u32::try_from(source.text.len()).unwrap());
        assert_eq!(folded(&source, all), "a == 'x//y' and b");
    }

    #[test]
    fn a_refusal_names_the_first_for_whom_the_condition_fails() {
        let rules = r#"
            rules test
            kind node { n: 0..9 = 0; on: set of node = {} }
            action go(a: node) {
              require all x in node: x.n < 5 else "{x} has {x.n}"
              require a.n == 9 or a.n < 4 implies all x in node: all y in x.on: y.n < 2
                  else "{y} on {x} has {y.n}, of {count(z in x.on where z.n > 1)}"
            }
            policy p on by default { before go(b) require all x, y in b.on: x.n == y.n else "{b}: {x} is not {y}" }
        "#;
        let cluster = |a: u8, b: u8, c: u8| {
            format!(
                r#"{{ "rules": "test", "objects": {{ "node": {{
                    "a": {{ "n": {a}, "on": ["b", "c"] }}, "b": {{ "n": {b}, "on": ["a", "c"] }}, "c": {{ "n": {c} }} }} }} }}"#
            )
        };
        let refusal = |a, b, c, guard| {
            let model = model(rules, &cluster(a, b, c));
            let interpreter = Interpreter::new(&model);
            let go = named(&interpreter, "go(a)");
            interpreter.message(&interpreter.initial(), go, guard)
        };
        assert_eq!(refusal(0, 7, 6, 0), "b has 7");
        assert_eq!(refusal(0, 1, 3, 1), "c on a has 3, of 1");
        assert_eq!(refusal(2, 1, 1, 1), "a on b has 2, of 1");
        assert_eq!(refusal(0, 1, 0, 2), "a: b is not c");
        // It is not refused here; whoever asks all the same gets an answer.
        assert_eq!(refusal(0, 0, 0, 0), "none has ?");
    }
}
