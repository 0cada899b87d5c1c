#include "clusterd/apiserver/apiextensions/conversion_webhook.h"

#include "core/base/random.h"

#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

Result<> checkAnswer(const JsonObject &answer, std::string_view uid, size_t count) {
    const JsonValue *response = memberAt(answer, "response");
    if (!response || !response->is_object())
        return errors::other("no response provided");
    const JsonObject &body = response->get_object();
    if (textAt(body, "uid") != uid)
        return errors::other(fmt::format("expected response.uid={}, got {}", uid, textAt(body, "uid")));
    if (const std::string_view status = textAt(body, "result", "status"); status != "Success") {
        const std::string_view message = textAt(body, "result", "message");
        if (status == "Failure")
            return errors::other(std::string(message.empty() ? "the webhook failed without a message" : message));
        return errors::other(fmt::format("response.result.status was '{}', not 'Success'", status));
    }
    if (const size_t got = arrayAt(body, "convertedObjects").size(); got != count)
        return errors::other(fmt::format("webhook returned {} objects, expected {}", got, count));
    return {};
}

Result<JsonObject> checkConverted(const JsonValue &value, size_t index, const JsonObject &original,
                                  std::string_view apiVersion) {
    const auto invalid = [&](std::string_view why) {
        return errors::other(fmt::format("webhook returned invalid converted object at index {}: {}", index, why));
    };
    if (!value.is_object())
        return invalid("it is not an object");
    JsonObject object = value.get_object();
    if (textAt(object, "apiVersion") != apiVersion)
        return invalid(
            fmt::format("invalid groupVersion (expected {}, received {})", apiVersion, textAt(object, "apiVersion")));
    if (textAt(object, "kind") != textAt(original, "kind"))
        return invalid(
            fmt::format("invalid kind (expected {}, received {})", textAt(original, "kind"), textAt(object, "kind")));
    const JsonValue *metadata = memberAt(object, "metadata");
    if (!metadata || !metadata->is_object())
        return invalid("missing metadata");
    for (std::string_view name : {"name", "namespace", "uid"})
        if (textAt(object, "metadata", name) != textAt(original, "metadata", name))
            return invalid(fmt::format("must not change metadata.{}", name));
    JsonObject kept = objectAt(original, "metadata");
    for (std::string_view name : {"labels", "annotations"})
        copyMember(kept, metadata->get_object(), name);
    object["metadata"] = std::move(kept);
    return object;
}

} // namespace

Task<Result<std::vector<JsonObject>>> convertByWebhook(std::shared_ptr<WebhookClient> client,
                                                       std::vector<JsonObject> objects, std::string desiredApiVersion) {
    const std::string context = fmt::format("conversion webhook for {}, Kind={} failed",
                                            textAt(objects.front(), "apiVersion"), textAt(objects.front(), "kind"));
    const auto failed = [&](Status status) { return errors::other(fmt::format("{}: {}", context, status.message)); };
    const std::string uid = systemRandom().uuid();
    JsonArray list;
    for (const JsonObject &object : objects)
        list.push_back(object);
    JsonObject request{{"uid", uid}, {"desiredAPIVersion", desiredApiVersion}, {"objects", std::move(list)}};
    JsonObject review{
        {"kind", "ConversionReview"}, {"apiVersion", "apiextensions.k8s.io/v1"}, {"request", std::move(request)}};
    auto answer = co_await client->post(std::move(review));
    if (!answer)
        co_return failed(answer.error());
    if (auto good = checkAnswer(*answer, uid, objects.size()); !good)
        co_return failed(good.error());
    const JsonArray &converted = arrayAt(*answer, "response", "convertedObjects");
    for (size_t i = 0; i < objects.size(); ++i) {
        auto object = checkConverted(converted[i], i, objects[i], desiredApiVersion);
        if (!object)
            co_return failed(object.error());
        objects[i] = std::move(*object);
    }
    co_return std::move(objects);
}

} // namespace coracle::apiserver
