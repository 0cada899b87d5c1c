#pragma once

#include "clusterd/kubelet/container/environment.h"
#include "clusterd/kubelet/cri/runtime_service.h"
#include "clusterd/kubelet/pods/backoff.h"
#include "clusterd/kubelet/pods/wakeup.h"
#include "core/base/gate.h"
#include "core/client/event_recorder.h"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace coracle::kubelet {

/// Credentials for the image from the pod's pull secrets (kubernetes.io/dockerconfigjson and dockercfg), best match
/// first; empty where none fits.
std::vector<cri::RegistryAuth> registryCredentials(const corev1::Pod &pod, const PodObjects &objects,
                                                   std::string_view image);

/// "nginx" -> "docker.io/library/nginx:latest", as the runtime writes it.
std::string normalizeImage(std::string_view image);

/// Whether a registry could have an image of this name: [host[:port]/]path[:tag][@digest], as every runtime reads it.
bool isImageName(std::string_view image);

/// Where a container's image stands.
struct ImageState {
    enum class Phase { Ready, Pulling, Failed };
    Phase phase = Phase::Pulling;
    cri::Image image;                    ///< when ready
    std::string reason, message;         ///< when failed: the container's waiting state
    std::optional<SteadyTime> nextRetry; ///< when failed and retried
};

/// Gets images according to the pull policies: at most so many pulls at once, back-off 10 s doubling to 5 min, and the
/// events that users know. Pulls run in the background; callers ask again when they are told.
class ImagePuller {
public:
    ImagePuller(cri::ImageService &images, Clock &clock, Gate &gate, client::EventRecorder &events, int parallelMax);

    /// What the container's image needs now; starts a pull where one is due. `changed` is called when a pull ends.
    Task<Result<ImageState>> ensure(const corev1::Pod &pod, const corev1::Container &container,
                                    const PodObjects &objects, cri::SandboxConfig sandbox,
                                    std::function<void()> changed);
    /// The container was made: the next start asks the registry again where the policy is Always.
    void used(const corev1::Pod &pod, const corev1::Container &container);
    void forget(const std::string &podUid);

private:
    struct Pull {
        bool running = false, done = false;
        std::optional<cri::Image> image;
        std::string error;
        SteadyTime ended{};
        std::optional<SteadyTime> shownUntil; ///< the failure is seen as ErrImagePull, then as ImagePullBackOff
    };
    struct Request {
        client::ObjectReference about;
        std::string key, image;
        std::vector<cri::RegistryAuth> credentials;
        cri::SandboxConfig sandbox;
        std::function<void()> changed;
    };

    Task<> run(Request request);
    Task<Result<cri::Image>> pull(const Request &request);
    Task<> waitForTurn();
    void failed(const client::ObjectReference &about, const ImageState &state);

    cri::ImageService &m_images;
    Clock &m_clock;
    Gate &m_gate;
    client::EventRecorder &m_events;
    int m_free;
    std::vector<std::shared_ptr<Wakeup>> m_waiting;
    std::map<std::string, Pull, std::less<>> m_pulls; ///< "podUid/container"
    Backoff m_backoff;
};

} // namespace coracle::kubelet
