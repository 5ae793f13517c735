"""Presets by name in the tasks, and what lists, saves, renames and deletes them."""

from __future__ import annotations

import pytest

from musemate.engine.events import Listed, Warned
from musemate.engine.presets import preset_names
from musemate.engine.savedpresets import load_presets, presets_file, save_preset
from musemate.errors import SettingsError
from musemate.tasks import presets
from musemate.tasks.estimate import estimate
from musemate.tasks.generate import generate
from musemate.tasks.presets import resolved
from musemate.tasks.train import train


@pytest.fixture(autouse=True)
def _own_settings(tmp_path, monkeypatch):
    monkeypatch.setenv("MUSEMATE_HOME", str(tmp_path / "home"))


def rows(events):
    (listed,) = [event for event in events if isinstance(event, Listed)]
    return listed.rows


def test_a_name_becomes_a_built_in_preset_and_options():
    save_preset("frames", "Mine", "fine", {"pyramid_steps": 30, "phases": 2})
    assert resolved("frames", None, None) == ("balanced", None, [])
    assert resolved("frames", "sketch", {"phases": 1}) == ("sketch", {"phases": 1}, [])
    assert resolved("frames", "mine", None) == ("fine", {"pyramid_steps": 30, "phases": 2}, [])
    assert resolved("frames", "Mine", {"phases": 1}) == ("fine", {"pyramid_steps": 30, "phases": 1}, [])
    with pytest.raises(SettingsError) as caught:
        resolved("frames", "Yours", None)
    assert caught.value.hint == "Choose one of: sketch, balanced, fine. Saved: Mine."
    with pytest.raises(SettingsError, match='has no preset "Mine"'):
        resolved("classic", "Mine", None)


def test_a_training_takes_a_saved_preset_and_keeps_what_it_was(perform, toy, store, folder):
    save_preset("frames", "Mine", "fine", {"pyramid_steps": 30})
    perform(train, folder, "f1", length_s=2.5, preset="Mine", device="cpu")
    run = store.runs()[0]
    assert (run.preset, run.options) == ("fine", {"pyramid_steps": 30})
    perform(estimate, folder, length_s=2.5, preset="Mine", device="cpu")
    assert [request.options for _, request in toy.requests] == [{"pyramid_steps": 30}]
    presets_file("frames").write_text(presets_file("frames").read_text().replace("pyramid_steps", "wings"))
    events = perform(train, folder, "f1", length_s=2.5, preset="Mine", device="cpu")
    assert any(isinstance(event, Warned) and event.message.endswith("without wings.") for event in events)
    assert store.runs()[1].options == {}


def test_presets_and_parameters_are_listed(perform):
    save_preset("classic", "Deep", "code", {"num_layers": 9, "batched": False})
    listed = rows(perform(presets.list_presets))
    names = [row["name"] for row in listed if row["kind"] == "preset"]
    assert names == [*preset_names("frames"), *preset_names("classic"), "Deep"]
    (deep,) = [row for row in listed if row["name"] == "Deep"]
    assert deep["words"] == "code with num_layers 9, batched off"
    assert (deep["saved"], deep["base"], deep["values"]) == (True, "code", {"num_layers": 9, "batched": False})
    parameters = {
        row["name"]: row for row in rows(perform(presets.list_presets, "frames")) if row["kind"] == "parameter"
    }
    assert "num_layers" not in parameters
    steps = parameters["pyramid_steps"]
    assert (steps["default"], steps["usual"], steps["range"]) == (400, "1000", "1 to 1,000,000 steps")
    assert steps["presets"] == {"sketch": 400, "balanced": 1000, "fine": 2000}
    with pytest.raises(SettingsError, match='no engine "quantum"'):
        perform(presets.list_presets, "quantum")


def test_presets_are_saved_renamed_and_deleted(perform):
    (row,) = rows(perform(presets.save_preset, "frames", "Mine", "fine", {"phases": 2}))
    assert (row["name"], row["values"]) == ("Mine", {"phases": 2})
    perform(presets.save_preset, "frames", "Child", "Mine", {"pyramid_steps": 7})
    assert load_presets("frames")[1].values == {"phases": 2, "pyramid_steps": 7}
    with pytest.raises(SettingsError, match="phases = 3 is not possible"):
        perform(presets.save_preset, "frames", "Odd", "fine", {"phases": 3})
    assert [row["name"] for row in rows(perform(presets.rename_preset, "frames", "Child", "Heir"))] == ["Mine", "Heir"]
    assert [row["name"] for row in rows(perform(presets.delete_preset, "frames", "Mine"))] == ["Heir"]


def test_a_take_remembers_its_point_of_the_training(perform, toy, store, folder, monkeypatch):
    perform(train, folder, "f1", length_s=2.5, device="cpu")
    asked = []
    load = toy.load
    monkeypatch.setattr(toy, "load", lambda path, device, at_steps=None: asked.append(at_steps) or load(path, device))
    perform(generate, folder, count=2, seconds=1.0, seed=4, device="cpu", at_steps=500)
    assert asked == [500], "loaded once"
    assert [take.request["at_steps"] for take in store.takes()] == [500, 500]
    perform(generate, folder, count=1, seconds=1.0, device="cpu")
    assert (asked[-1], store.takes()[-1].request["at_steps"]) == (None, None)
