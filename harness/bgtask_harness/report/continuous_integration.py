"""Who ran this, for Allure's `executor.json`: read from what CI systems put into the environment."""

from __future__ import annotations

from collections.abc import Mapping


def executor(environment: Mapping[str, str]) -> dict[str, str | int] | None:
    """Describe the CI job; None outside of the three systems that this knows (GitHub, GitLab, Jenkins)."""
    if environment.get("GITHUB_ACTIONS") == "true":
        return _github(environment)
    if environment.get("GITLAB_CI") == "true":
        return _known(
            name="GitLab CI",
            type="gitlab",
            buildName=f"{environment.get('CI_PROJECT_PATH', '')} #{environment.get('CI_PIPELINE_IID', '')}",
            buildUrl=environment.get("CI_JOB_URL", ""),
            buildOrder=environment.get("CI_PIPELINE_IID", ""),
        )
    if environment.get("JENKINS_URL"):
        return _known(
            name="Jenkins",
            type="jenkins",
            url=environment["JENKINS_URL"],
            buildName=environment.get("BUILD_TAG", ""),
            buildUrl=environment.get("BUILD_URL", ""),
            buildOrder=environment.get("BUILD_NUMBER", ""),
        )
    return None


def _github(environment: Mapping[str, str]) -> dict[str, str | int]:
    repository = environment.get("GITHUB_REPOSITORY", "")
    run = f"{environment.get('GITHUB_SERVER_URL', '')}/{repository}/actions/runs/{environment.get('GITHUB_RUN_ID', '')}"
    number = environment.get("GITHUB_RUN_NUMBER", "")
    return _known(
        name="GitHub Actions", type="github", buildName=f"{repository} #{number}", buildUrl=run, buildOrder=number
    )


def _known(**said: str) -> dict[str, str | int]:
    """Leave out what is empty. Allure wants the order of builds as a number."""
    return {
        name: int(value) if name == "buildOrder" and value.isdecimal() else value
        for name, value in said.items()
        if value
    }
