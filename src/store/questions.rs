use rusqlite::{OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{RunRow, Store, StoreError};

impl Store {
    /// Keeps what a comparison or a search asks, under its id, in place of what was kept there before. Its
    /// runs name the same id.
    pub fn keep_question(&mut self, id: &str, question: &impl Serialize) -> Result<(), StoreError> {
        let body = serde_json::to_string(question).map_err(std::io::Error::from)?;
        let sql =
            "INSERT INTO questions (id, body) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET body = excluded.body";
        let kept = self.db.execute(sql, params![id, body]);
        self.ask(kept).map(drop)
    }

    /// What was asked under this id. `None` when nothing was, or in words that this emu does not know.
    pub fn question<Q: DeserializeOwned>(&self, id: &str) -> Result<Option<Q>, StoreError> {
        let asked = self.db.query_row("SELECT body FROM questions WHERE id = ?1", params![id], |row| row.get(0));
        let body: Option<String> = self.ask(asked.optional())?;
        Ok(body.and_then(|body| serde_json::from_str(&body).ok()))
    }

    /// The id of the newest comparison, or of the comparison or search whose id begins like this, whether its
    /// question is kept or only its runs are here. `None` when none does, or several do.
    pub fn find_whole(&self, asked: &str) -> Result<Option<String>, StoreError> {
        if asked == "last" {
            let newest =
                self.db.query_row("SELECT id FROM questions ORDER BY rowid DESC LIMIT 1", [], |row| row.get(0));
            return self.ask(newest.optional());
        }
        let find = || {
            let sql = "SELECT whole FROM (SELECT id AS whole FROM questions UNION SELECT part_of FROM runs) \
                       WHERE substr(whole, 1, length(?1)) = ?1 AND ?1 <> ''";
            let mut statement = self.db.prepare_cached(sql)?;
            statement.query_map(params![asked], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()
        };
        let mut found = self.ask(find())?;
        let one = found.len() == 1;
        Ok(found.pop().filter(|_| one))
    }

    /// Removes a question. Its runs stay.
    pub fn forget_question(&mut self, id: &str) -> Result<(), StoreError> {
        let removed = self.db.execute("DELETE FROM questions WHERE id = ?1", params![id]);
        self.ask(removed).map(drop)
    }

    /// The runs that answer a question, in the order they were made.
    pub fn answers(&self, question: &str) -> Result<Vec<RunRow>, StoreError> {
        let mut runs = self.list()?;
        runs.retain(|run| run.part.as_ref().is_some_and(|part| part.of == question));
        runs.sort_by_key(|run| run.key);
        Ok(runs)
    }
}

#[cfg(test)]
mod tests {
    use crate::event::Part;
    use crate::event::{Event, Kind};
    use crate::store::tests::{Place, header};
    use crate::units::Elapsed;

    fn part(of: &str, arm: &str, round: u32) -> Event {
        let mut event = header(&format!("{of}-{arm}-{round}"), None, "2026-01-02T10:00:00Z");
        if let Kind::Header(header) = &mut event.kind {
            header.part = Some(Part { of: of.into(), arm: arm.into(), round, platform_delay: Elapsed::ZERO });
        }
        event
    }

    #[test]
    fn a_question_is_found_with_its_runs_in_order() {
        let mut place = Place::new();
        place.store.keep_question("20260102-1000-aaaa", &vec![1, 2]).unwrap();
        place.store.keep_question("20260103-1000-bbbb", &vec![3]).unwrap();
        for (arm, round) in [("b", 1), ("a", 1), ("a", 2)] {
            place.add(&[part("20260102-1000-aaaa", arm, round)]);
        }
        place.add(&[header("lone", None, "2026-01-02T10:00:00Z")]);
        assert_eq!(place.store.question::<Vec<u32>>("20260102-1000-aaaa").unwrap(), Some(vec![1, 2]));
        assert_eq!(place.store.question::<Vec<u32>>("20260102-1000-zzzz").unwrap(), None);
        assert_eq!(place.store.find_whole("last").unwrap().as_deref(), Some("20260103-1000-bbbb"));
        assert_eq!(place.store.find_whole("20260102").unwrap().as_deref(), Some("20260102-1000-aaaa"));
        assert_eq!(place.store.find_whole("2026").unwrap(), None);
        assert_eq!(place.store.find_whole("").unwrap(), None);
        let answers = place.store.answers("20260102-1000-aaaa").unwrap();
        let arms: Vec<_> =
            answers.iter().filter_map(|run| run.part.as_ref()).map(|part| (part.arm.as_str(), part.round)).collect();
        assert_eq!(arms, [("b", 1), ("a", 1), ("a", 2)]);
        place.store.forget_question("20260102-1000-aaaa").unwrap();
        assert_eq!(place.store.question::<Vec<u32>>("20260102-1000-aaaa").unwrap(), None);
        let found = place.store.find_whole("20260102").unwrap();
        assert_eq!(found.as_deref(), Some("20260102-1000-aaaa"), "its runs name it");
        assert_eq!(place.store.answers("20260102-1000-aaaa").unwrap().len(), 3);
    }
}
