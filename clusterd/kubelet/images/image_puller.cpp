#include "clusterd/kubelet/images/image_puller.h"

#include "clusterd/kubelet/pods/references.h"

#include <fmt/format.h>

namespace coracle::kubelet {

using namespace std::chrono_literals;

namespace {

constexpr auto kFirstBackoff = 10s, kLongestBackoff = 300s;
/// How long the failure itself is shown before the pause that follows it.
constexpr auto kErrorShown = 1s;

std::string pullKey(const corev1::Pod &pod, const corev1::Container &container) {
    return pod.metadata.uid + "/" + container.name;
}

/// Go prints durations so: "850ms", "1.234s".
std::string shortDuration(Duration duration) {
    auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
    return milliseconds < 1000 ? fmt::format("{}ms", milliseconds)
                               : fmt::format("{}.{:03}s", milliseconds / 1000, milliseconds % 1000);
}

} // namespace

ImagePuller::ImagePuller(cri::ImageService &images, Clock &clock, Gate &gate, client::EventRecorder &events,
                         int parallelMax)
    : m_images(images),
      m_clock(clock),
      m_gate(gate),
      m_events(events),
      m_free(parallelMax),
      m_backoff(kFirstBackoff, kLongestBackoff) {}

void ImagePuller::used(const corev1::Pod &pod, const corev1::Container &container) {
    m_pulls.erase(pullKey(pod, container));
}

void ImagePuller::forget(const std::string &podUid) {
    std::erase_if(m_pulls, [&](const auto &entry) { return entry.first.starts_with(podUid + "/"); });
}

void ImagePuller::failed(const client::ObjectReference &about, const ImageState &state) {
    m_events.event(about, client::EventKind::Warning, "Failed", "Error: " + state.reason);
}

Task<Result<ImageState>> ImagePuller::ensure(const corev1::Pod &pod, const corev1::Container &container,
                                             const PodObjects &objects, cri::SandboxConfig sandbox,
                                             std::function<void()> changed) {
    auto about = referenceTo(pod, container.name);
    std::string key = pullKey(pod, container), backoffKey = pod.metadata.uid + "_" + container.image;
    ImageState state;
    if (!isImageName(container.image)) {
        state.phase = ImageState::Phase::Failed;
        state.reason = "InvalidImageName";
        state.message = fmt::format("Failed to apply default image tag \"{0}\": couldn't parse image name \"{0}\": "
                                    "invalid reference format",
                                    container.image);
        state.nextRetry = m_clock.steadyNow() + kFirstBackoff;
        m_events.event(about, client::EventKind::Warning, "InspectFailed", state.message);
        failed(about, state);
        co_return state;
    }
    auto &known = m_pulls[key];
    if (known.running)
        co_return state;
    if (known.done && known.image) {
        state.phase = ImageState::Phase::Ready;
        state.image = *known.image;
        co_return state;
    }
    bool failedBefore = known.done;
    if (container.imagePullPolicy != "Always") {
        CO_TRY(auto present, co_await m_images.imageStatus(container.image));
        if (present) {
            m_events.event(about, client::EventKind::Normal, "Pulled",
                           fmt::format("Container image \"{}\" already present on machine", container.image));
            state.phase = ImageState::Phase::Ready;
            state.image = *present;
            co_return state;
        }
        if (container.imagePullPolicy == "Never") {
            state.phase = ImageState::Phase::Failed;
            state.reason = "ErrImageNeverPull";
            state.message =
                fmt::format("Container image \"{}\" is not present with pull policy of Never", container.image);
            state.nextRetry = m_clock.steadyNow() + kFirstBackoff;
            m_events.event(about, client::EventKind::Warning, "ErrImageNeverPull", state.message);
            failed(about, state);
            co_return state;
        }
    }
    auto &pull = m_pulls[key];
    if (failedBefore) {
        state.phase = ImageState::Phase::Failed;
        auto wait = m_backoff.remaining(backoffKey, pull.ended, m_clock.steadyNow());
        state.nextRetry = m_clock.steadyNow() + wait;
        bool first = !pull.shownUntil;
        if (first)
            pull.shownUntil = m_clock.steadyNow() + std::min<Duration>(wait, kErrorShown);
        if (m_clock.steadyNow() < *pull.shownUntil) {
            state.reason = "ErrImagePull";
            state.message = pull.error;
            state.nextRetry = pull.shownUntil;
            if (first)
                failed(about, state);
            co_return state;
        }
        if (wait > Duration::zero()) {
            state.reason = "ImagePullBackOff";
            state.message = fmt::format("Back-off pulling image \"{}\": ErrImagePull: {}", container.image, pull.error);
            m_events.event(about, client::EventKind::Normal, "BackOff",
                           fmt::format("Back-off pulling image \"{}\"", container.image));
            failed(about, state);
            co_return state;
        }
    }
    pull = Pull{.running = true};
    m_events.event(about, client::EventKind::Normal, "Pulling", fmt::format("Pulling image \"{}\"", container.image));
    Request request{about,
                    key,
                    container.image,
                    registryCredentials(pod, objects, container.image),
                    std::move(sandbox),
                    std::move(changed)};
    auto shared = std::make_shared<Request>(std::move(request));
    m_gate.spawn([this, shared, backoffKey] {
        m_backoff.next(backoffKey, m_clock.steadyNow(), m_clock.steadyNow());
        return run(*shared);
    });
    co_return state;
}

Task<> ImagePuller::waitForTurn() {
    while (m_free <= 0 && !m_gate.closed()) {
        auto turn = std::make_shared<Wakeup>(m_gate, m_clock);
        m_waiting.push_back(turn);
        co_await turn->wait();
    }
    --m_free;
}

Task<Result<cri::Image>> ImagePuller::pull(const Request &request) {
    Status failure;
    size_t attempts = std::max<size_t>(request.credentials.size(), 1);
    for (size_t i = 0; i < attempts; ++i) {
        std::optional<cri::RegistryAuth> auth;
        if (!request.credentials.empty())
            auth = request.credentials[i];
        auto pulled = co_await m_images.pullImage(request.image, auth, request.sandbox);
        if (pulled) {
            CO_TRY(auto image, co_await m_images.imageStatus(*pulled));
            if (!image)
                co_return errors::other(fmt::format("image \"{}\" is gone after its pull", request.image));
            co_return *image;
        }
        failure = pulled.error();
    }
    co_return std::unexpected(failure);
}

Task<> ImagePuller::run(Request request) {
    auto begun = m_clock.steadyNow();
    co_await waitForTurn();
    auto pulling = m_clock.steadyNow();
    auto image = co_await pull(request);
    ++m_free;
    if (!m_waiting.empty()) {
        m_waiting.front()->notify();
        m_waiting.erase(m_waiting.begin());
    }
    auto now = m_clock.steadyNow();
    if (image)
        m_events.event(
            request.about, client::EventKind::Normal, "Pulled",
            fmt::format("Successfully pulled image \"{}\" in {} ({} including waiting). Image size: {} bytes.",
                        request.image, shortDuration(now - pulling), shortDuration(now - begun), image->sizeBytes));
    else
        m_events.event(request.about, client::EventKind::Warning, "Failed",
                       fmt::format("Failed to pull image \"{}\": {}", request.image, image.error().message));
    // The pod may have been forgotten meanwhile.
    auto found = m_pulls.find(request.key);
    if (found != m_pulls.end()) {
        found->second = Pull{.running = false, .done = true, .ended = now};
        if (image)
            found->second.image = std::move(*image);
        else
            found->second.error = image.error().message;
    }
    request.changed();
}

} // namespace coracle::kubelet
