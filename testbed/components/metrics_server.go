package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	openapinamer "k8s.io/apiserver/pkg/endpoints/openapi"
	genericapiserver "k8s.io/apiserver/pkg/server"
	genericoptions "k8s.io/apiserver/pkg/server/options"
	"k8s.io/apiserver/pkg/util/compatibility"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	generatedopenapi "k8s.io/kubernetes/pkg/generated/openapi"
	"sigs.k8s.io/metrics-server/pkg/api"
	"sigs.k8s.io/metrics-server/pkg/scraper/client"
	"sigs.k8s.io/metrics-server/pkg/server"
)

// As metrics-server's own manifest has it (manifests/base/deployment.yaml, v0.7.2).
const metricResolution = 15 * time.Second

// Default of --kubelet-request-timeout (cmd/metrics-server/app/options/kubelet_client.go, v0.7.2).
const kubeletRequestTimeout = 10 * time.Second

// newMetricsServerCommand starts metrics-server's scraper, store and API. Its own package of options is of an
// older k8s.io/apiserver, and does not compile with the one of this binary; its API's schema comes from
// Kubernetes for the same reason.
func newMetricsServerCommand() *cobra.Command {
	var kubeconfig string
	serving := genericoptions.NewSecureServingOptions().WithLoopback()
	authentication := genericoptions.NewDelegatingAuthenticationOptions()
	authorization := genericoptions.NewDelegatingAuthorizationOptions()
	command := &cobra.Command{
		Use:          "metrics-server",
		Args:         cobra.NoArgs,
		SilenceUsage: true,
		RunE: func(*cobra.Command, []string) error {
			config := genericapiserver.NewConfig(api.Codecs)
			config.EffectiveVersion = compatibility.DefaultBuildEffectiveVersion()
			namer := openapinamer.NewDefinitionNamer(api.Scheme)
			config.OpenAPIConfig = genericapiserver.DefaultOpenAPIConfig(generatedopenapi.GetOpenAPIDefinitions, namer)
			config.OpenAPIV3Config = genericapiserver.DefaultOpenAPIV3Config(generatedopenapi.GetOpenAPIDefinitions, namer)
			if err := serving.ApplyTo(&config.SecureServing, &config.LoopbackClientConfig); err != nil {
				return err
			}
			if err := authentication.ApplyTo(&config.Authentication, config.SecureServing, nil); err != nil {
				return err
			}
			if err := authorization.ApplyTo(&config.Authorization); err != nil {
				return err
			}
			cluster, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
			if err != nil {
				return fmt.Errorf("--kubeconfig: %w", err)
			}
			running, err := server.Config{
				Apiserver:        config,
				Rest:             cluster,
				Kubelet:          kubeletClient(cluster),
				MetricResolution: metricResolution,
				ScrapeTimeout:    kubeletRequestTimeout,
			}.Complete()
			if err != nil {
				return err
			}
			return running.RunUntil(genericapiserver.SetupSignalHandler())
		},
	}
	flags := command.Flags()
	flags.StringVar(&kubeconfig, "kubeconfig", "", "how to reach the API server, and as whom the kubelets")
	serving.AddFlags(flags)
	authentication.AddFlags(flags)
	authorization.AddFlags(flags)
	return command
}

// A kubelet of the testbed signs its certificate itself, as kubelets do by default.
func kubeletClient(cluster *rest.Config) *client.KubeletClientConfig {
	kubelet := rest.CopyConfig(cluster)
	kubelet.TLSClientConfig = rest.TLSClientConfig{Insecure: true}
	return &client.KubeletClientConfig{
		Client: *kubelet,
		// As in metrics-server's own manifest: nothing here resolves a host name.
		AddressTypePriority: []corev1.NodeAddressType{corev1.NodeInternalIP},
		Scheme:              "https",
		DefaultPort:         10250,
		UseNodeStatusPort:   true,
	}
}
