#pragma once

#include "clusterd/apiserver/apiextensions/webhook_client.h"

#include <vector>

namespace coracle::apiserver {

/// Asks a conversion webhook (ConversionReview apiextensions.k8s.io/v1) for objects in another version. Of the metadata
/// the webhook may change labels and annotations only; the rest stays as it was. The answer has as many objects, in the
/// same order.
Task<Result<std::vector<JsonObject>>> convertByWebhook(std::shared_ptr<WebhookClient> client,
                                                       std::vector<JsonObject> objects, std::string desiredApiVersion);

} // namespace coracle::apiserver
