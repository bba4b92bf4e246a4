//! Random expressions of a wanted type, over the variables in scope.

use super::tape::Tape;

/// A type of the generated rules; enums and kinds by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ty {
    Bool,
    Range(i64, i64),
    Enum(usize),
    Object(usize),
    Optional(usize),
    Set(usize),
}

/// A field of a generated kind.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    pub ty: Ty,
    pub fixed: bool,
    /// Its default, where it has one.
    pub default: String,
}

/// A `let` that may be called.
#[derive(Clone, Debug)]
pub struct Helper {
    pub name: String,
    pub parameters: Vec<Ty>,
    pub ty: Ty,
}

/// What has been declared so far, and what is in scope.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// For each enum the number of its values, and whether it is ordered.
    pub enums: Vec<(usize, bool)>,
    /// For each kind its fields.
    pub kinds: Vec<Vec<Field>>,
    pub params: Vec<(String, Ty)>,
    pub helpers: Vec<Helper>,
    pub variables: Vec<(String, Ty)>,
    /// How many variables were named: no two have the same name.
    pub named: usize,
    /// Whether some fields are asked for in the state before.
    pub old: bool,
}

/// The name of a kind.
pub fn kind_name(kind: usize) -> String {
    ["node", "service", "site"][kind].to_owned()
}

/// The name of an enum value, with its enum.
pub fn enum_value(number: usize, place: usize) -> String {
    format!("E{number}.{}", bare_value(number, place))
}

/// The name of an enum value: both enums have a value `low`.
pub fn bare_value(number: usize, place: usize) -> String {
    match (number, place) {
        (_, 0) => "low".to_owned(),
        (0, _) => format!("a{place}"),
        (_, _) => format!("b{place}"),
    }
}

impl Names {
    /// A new variable in scope.
    pub fn bind(&mut self, ty: Ty) -> String {
        let name = format!("v{}", self.named);
        self.named += 1;
        self.variables.push((name.clone(), ty));
        name
    }

    /// All paths of a wanted type.
    pub fn paths(&self, tape: &mut Tape<'_>, wanted: impl Fn(Ty) -> bool) -> Vec<String> {
        let typed = self.typed_paths(tape).into_iter();
        typed
            .filter(|(_, ty)| wanted(*ty))
            .map(|(path, _)| path)
            .collect()
    }

    /// All paths: variables, and up to two fields of them. Only sometimes through what may be `none`.
    fn typed_paths(&self, tape: &mut Tape<'_>) -> Vec<(String, Ty)> {
        let daring = tape.percent(18);
        let earlier = self.old && tape.percent(50);
        let mut level: Vec<(String, Ty)> = self.variables.clone();
        let mut found: Vec<(String, Ty)> = Vec::new();
        for round in 0..3 {
            let mut longer = Vec::new();
            for (path, ty) in &level {
                let kind = match ty {
                    Ty::Object(kind) => *kind,
                    Ty::Optional(kind) if daring => *kind,
                    _ => continue,
                };
                for field in &self.kinds[kind] {
                    longer.push((format!("{path}.{}", field.name), field.ty));
                }
            }
            let shown = |(path, ty): (String, Ty)| {
                if earlier && round > 0 {
                    (format!("old({path})"), ty)
                } else {
                    (path, ty)
                }
            };
            found.extend(level.into_iter().map(shown));
            level = longer;
        }
        found
    }

    /// An object of a kind, where one is at hand.
    pub fn object(&self, tape: &mut Tape<'_>, kind: usize) -> Option<String> {
        let paths = self.paths(tape, |ty| ty == Ty::Object(kind));
        tape.one(&paths).cloned()
    }

    /// A constant of a type, in full.
    pub fn constant(&self, tape: &mut Tape<'_>, ty: Ty) -> Option<String> {
        match ty {
            Ty::Bool => Some(["true", "false"][tape.below(2)].to_owned()),
            Ty::Range(low, high) => {
                let width = usize::try_from(high - low).expect("ranges are small");
                let up = i64::try_from(tape.between(0, width)).expect("ranges are small");
                Some((low + up).to_string())
            }
            Ty::Enum(number) => Some(enum_value(number, tape.below(self.enums[number].0))),
            Ty::Optional(_) => Some("none".to_owned()),
            Ty::Set(_) => Some("{}".to_owned()),
            Ty::Object(_) => None,
        }
    }

    /// An expression of a type; none where there is no object at hand.
    pub fn expression(&mut self, tape: &mut Tape<'_>, ty: Ty, depth: usize) -> Option<String> {
        if depth > 0 && tape.percent(12) && !matches!(ty, Ty::Optional(_) | Ty::Set(_)) {
            let condition = self.condition(tape, depth - 1);
            let then = self.expression(tape, ty, depth - 1)?;
            let otherwise = self.expression(tape, ty, depth - 1)?;
            return Some(format!("(if {condition} then {then} else {otherwise})"));
        }
        match ty {
            Ty::Bool => Some(self.condition(tape, depth)),
            Ty::Range(..) => Some(self.integer(tape, depth)),
            Ty::Enum(_) => {
                let paths = self.paths(tape, |t| t == ty);
                let constant = self.constant(tape, ty);
                if tape.percent(60) {
                    tape.one(&paths).cloned().or(constant)
                } else {
                    constant
                }
            }
            Ty::Object(kind) => self.object(tape, kind),
            Ty::Optional(kind) => {
                let paths = self.paths(tape, |t| t == Ty::Optional(kind) || t == Ty::Object(kind));
                if tape.percent(70) {
                    tape.one(&paths).cloned()
                } else {
                    None
                }
                .or_else(|| Some("none".to_owned()))
            }
            Ty::Set(kind) => Some(self.set(tape, kind, depth)),
        }
    }

    fn integer(&mut self, tape: &mut Tape<'_>, depth: usize) -> String {
        let paths = self.paths(tape, |t| matches!(t, Ty::Range(..)));
        let params: Vec<String> = self
            .params
            .iter()
            .filter(|(_, ty)| matches!(ty, Ty::Range(..)))
            .map(|(name, _)| name.clone())
            .collect();
        match tape.below(if depth > 0 { 7 } else { 3 }) {
            1 => tape.one(&paths).cloned().unwrap_or_else(|| "1".to_owned()),
            2 => tape.one(&params).cloned().unwrap_or_else(|| "0".to_owned()),
            3 => format!("({} + 1)", self.integer(tape, depth - 1)),
            4 => format!("({} - 1)", self.integer(tape, depth - 1)),
            5 => self.count(tape, depth - 1),
            6 => self
                .call(tape, Ty::Range(0, 0), depth - 1)
                .unwrap_or_else(|| self.count(tape, depth - 1)),
            _ => tape.below(3).to_string(),
        }
    }

    fn count(&mut self, tape: &mut Tape<'_>, depth: usize) -> String {
        let kind = tape.below(self.kinds.len());
        if tape.percent(15) {
            return format!("count({})", kind_name(kind));
        }
        if tape.percent(30) {
            return format!("count({})", self.some_set(tape, kind, depth));
        }
        let binder = self.open(tape, kind, depth, true);
        self.close();
        format!("count({binder})")
    }

    /// A binder whose variable is in scope until it is closed.
    fn open(&mut self, tape: &mut Tape<'_>, kind: usize, depth: usize, filter: bool) -> String {
        let domain = if tape.percent(20) {
            self.some_set(tape, kind, depth)
        } else {
            kind_name(kind)
        };
        let variable = self.bind(Ty::Object(kind));
        if filter || tape.percent(25) {
            let condition = self.condition(tape, depth.saturating_sub(1));
            return format!("{variable} in {domain} where {condition}");
        }
        format!("{variable} in {domain}")
    }

    fn close(&mut self) {
        self.variables.pop();
    }

    /// A set that has its type with it.
    fn some_set(&mut self, tape: &mut Tape<'_>, kind: usize, depth: usize) -> String {
        let paths = self.paths(tape, |t| t == Ty::Set(kind));
        if let Some(path) = tape.one(&paths) {
            return path.clone();
        }
        let binder = {
            let variable = self.bind(Ty::Object(kind));
            let condition = self.condition(tape, depth.saturating_sub(1));
            self.close();
            format!("{variable} in {} where {condition}", kind_name(kind))
        };
        format!("{{{binder}}}")
    }

    fn set(&mut self, tape: &mut Tape<'_>, kind: usize, depth: usize) -> String {
        let members = self.paths(tape, |t| t == Ty::Object(kind));
        let member = tape.one(&members).cloned();
        match (tape.below(if depth > 0 { 6 } else { 2 }), member) {
            (1 | 2, Some(member)) => format!("{{{member}}}"),
            (3, Some(member)) => {
                format!("({} + {{{member}}})", self.some_set(tape, kind, depth - 1))
            }
            (4, Some(member)) => {
                format!("({} - {{{member}}})", self.some_set(tape, kind, depth - 1))
            }
            (5, _) => self
                .call(tape, Ty::Set(kind), depth - 1)
                .unwrap_or_else(|| "{}".to_owned()),
            (0, _) => "{}".to_owned(),
            _ => self.some_set(tape, kind, depth),
        }
    }

    fn call(&mut self, tape: &mut Tape<'_>, ty: Ty, depth: usize) -> Option<String> {
        let same = |t: Ty| t == ty || matches!((t, ty), (Ty::Range(..), Ty::Range(..)));
        let fitting: Vec<Helper> = self
            .helpers
            .iter()
            .filter(|h| same(h.ty))
            .cloned()
            .collect();
        let helper = tape.one(&fitting)?;
        let mut arguments = Vec::new();
        for parameter in &helper.parameters {
            arguments.push(match parameter {
                // A constant outside the range would be a mistake that the type checker finds.
                Ty::Range(..) if tape.percent(80) => self.constant(tape, *parameter)?,
                Ty::Range(..) => {
                    let paths = self.paths(tape, |t| matches!(t, Ty::Range(..)));
                    format!("{} + 1", tape.one(&paths)?)
                }
                other => self.expression(tape, *other, depth)?,
            });
        }
        if arguments.is_empty() {
            return Some(helper.name.clone());
        }
        Some(format!("{}({})", helper.name, arguments.join(", ")))
    }

    /// A condition.
    pub fn condition(&mut self, tape: &mut Tape<'_>, depth: usize) -> String {
        if depth == 0 {
            return self.comparison(tape);
        }
        match tape.below(14) {
            5 => format!(
                "({} and {})",
                self.condition(tape, depth - 1),
                self.condition(tape, depth - 1)
            ),
            6 => format!(
                "({} or {})",
                self.condition(tape, depth - 1),
                self.condition(tape, depth - 1)
            ),
            7 => format!(
                "({} implies {})",
                self.condition(tape, depth - 1),
                self.condition(tape, depth - 1)
            ),
            8 => format!("not ({})", self.condition(tape, depth - 1)),
            quantifier @ (9 | 10) => {
                let kind = tape.below(self.kinds.len());
                let binder = self.open(tape, kind, depth - 1, false);
                let body = self.condition(tape, depth - 1);
                self.close();
                let word = if quantifier == 9 { "all" } else { "some" };
                format!("({word} {binder}: {body})")
            }
            11 => {
                let compared = ["<", "<=", "==", ">", ">=", "!="][tape.below(6)];
                let count = self.count(tape, depth - 1);
                format!("{count} {compared} {}", tape.below(3))
            }
            12 => {
                let kind = tape.below(self.kinds.len());
                let Some(object) = self.object(tape, kind) else {
                    return self.comparison(tape);
                };
                let word = if tape.percent(30) { "not in" } else { "in" };
                format!("{object} {word} {}", self.some_set(tape, kind, depth - 1))
            }
            13 => self
                .call(tape, Ty::Bool, depth - 1)
                .unwrap_or_else(|| self.comparison(tape)),
            _ => self.comparison(tape),
        }
    }

    /// A field compared with something, or a quantifier over one where no object is at hand.
    fn comparison(&mut self, tape: &mut Tape<'_>) -> String {
        let fields = self.typed_paths(tape);
        let bare = |(path, ty): &(String, Ty)| {
            let object = matches!(ty, Ty::Object(_) | Ty::Set(_));
            object
                || (path.starts_with('v') && !path.contains('.') && matches!(ty, Ty::Optional(_)))
        };
        let (plain, others): (Vec<_>, Vec<_>) = fields.into_iter().partition(|f| !bare(f));
        let pool = if plain.is_empty() || tape.percent(10) {
            others
        } else {
            plain
        };
        let Some((path, ty)) = tape.one(&pool).cloned() else {
            return self.over_some_kind(tape);
        };
        let differs = if tape.percent(30) { "!=" } else { "==" };
        match ty {
            Ty::Bool if tape.percent(50) => path,
            Ty::Bool => format!("not {path}"),
            Ty::Range(low, high) => {
                let constant = self
                    .constant(tape, Ty::Range(low, high))
                    .unwrap_or_default();
                let compared = ["==", "<", "<=", ">", ">=", "!="][tape.below(6)];
                format!("{path} {compared} {constant}")
            }
            Ty::Enum(number) => {
                let constant = bare_value(number, tape.below(self.enums[number].0));
                let ordered = self.enums[number].1;
                let compared =
                    ["==", "!=", "<", "<=", ">", ">="][tape.below(if ordered { 6 } else { 2 })];
                format!("{path} {compared} {constant}")
            }
            Ty::Object(kind) => {
                let other = self.object(tape, kind).unwrap_or_else(|| path.clone());
                format!("{path} {differs} {other}")
            }
            Ty::Optional(kind) => {
                let other = if tape.percent(40) {
                    self.object(tape, kind)
                } else {
                    None
                };
                format!(
                    "{path} {differs} {}",
                    other.unwrap_or_else(|| "none".to_owned())
                )
            }
            Ty::Set(kind) => {
                let other = self.set(tape, kind, 0);
                format!("{path} {differs} {other}")
            }
        }
    }

    /// A comparison of an object of some kind.
    fn over_some_kind(&mut self, tape: &mut Tape<'_>) -> String {
        let kind = tape.below(self.kinds.len());
        let variable = self.bind(Ty::Object(kind));
        let body = self.comparison(tape);
        self.close();
        let word = ["all", "some"][tape.below(2)];
        format!("({word} {variable} in {}: {body})", kind_name(kind))
    }
}
