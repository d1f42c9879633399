"""POST /models/{model}/ground-truth: what came true of earlier predictions."""

from functions.core.ground_truth import MAXIMUM_ITEMS, read_ground_truth
from functions.serving.bodies import read_json, write_document
from functions.serving.documents import GroundTruthAccepted
from functions.serving.exchange import Request, Response
from functions.serving.ports import Ports


def take_ground_truth(request: Request, ports: Ports, *, model: str) -> Response:
    """Write down outcomes, all of them or none, and say how many there were."""
    champion = ports.versions.champion(model)
    document = read_json(request, maximum_containers=2 * MAXIMUM_ITEMS)
    lines = read_ground_truth(document, champion.spec, now=ports.now())

    ports.captures.write_ground_truth(lines)
    return write_document(GroundTruthAccepted(model=model, accepted=len(lines)), status=202)
