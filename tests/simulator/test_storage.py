from concurrent.futures import ThreadPoolExecutor

from runs.simulator.storage import write_text


def test_it_lets_runs_of_one_job_write_the_same_file_at_once(tmp_path):
    path = tmp_path / "checkpoints" / "latest"
    texts = [f"run{number}/load_1" for number in range(80)]
    with ThreadPoolExecutor(8) as writers:
        list(writers.map(lambda text: write_text(path, text), texts))
    assert path.read_text() in texts
    assert [each.name for each in path.parent.iterdir()] == ["latest"]
