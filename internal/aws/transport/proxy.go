package transport

import (
	"context"
	"encoding/base64"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"reduction/internal/aws/endpoint"
	"reduction/internal/http1"
)

// ErrProxy says that a proxy refused a connection, or that its setting is wrong.
var ErrProxy = errors.New("proxy")

// Proxies are the settings of the usual environment variables. An endpoint with TLS is reached
// through a tunnel (CONNECT); requests to one without TLS are sent to the proxy. The credentials
// endpoint and this machine are never reached through a proxy.
type Proxies struct {
	HTTPS string // HTTPS_PROXY: an http:// or https:// URL
	HTTP  string // HTTP_PROXY
	None  string // NO_PROXY: hosts, domains, addresses, networks, each with or without a port; "*"
}

// proxy is one proxy, ready to use.
type proxy struct {
	at   endpoint.URL
	auth string // Proxy-Authorization, or ""
}

// variable returns the name of the variable that sets the endpoint's proxy.
func variable(at endpoint.URL) string {
	if at.TLS {
		return "HTTPS_PROXY"
	}
	return "HTTP_PROXY"
}

// proxyFor returns the proxy for an endpoint, or nil.
func (p *Proxies) proxyFor(at endpoint.URL) (*proxy, error) {
	setting := p.HTTP
	if at.TLS {
		setting = p.HTTPS
	}
	if setting == "" || endpoint.IsLoopback(at.Name()) || bypasses(p.None, at) {
		return nil, nil
	}
	return parseProxy(variable(at), setting)
}

// parseProxy reads the value of a variable. An error does not quote it: it may hold a password.
func parseProxy(variable, setting string) (*proxy, error) {
	if !strings.Contains(setting, "://") {
		setting = "http://" + setting // as curl and the SDKs read it
	}
	u, err := url.Parse(setting)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, &proxyError{"of " + variable, "its value is no http:// or https:// URL; in a password, %40 is @, %3A is :, %2F is / and %25 is %"}
	}
	p := &proxy{at: endpoint.URL{TLS: u.Scheme == "https", Host: u.Host}}
	if u.User != nil {
		password, _ := u.User.Password()
		p.auth = "Basic " + base64.StdEncoding.EncodeToString([]byte(u.User.Username()+":"+password))
	}
	return p, nil
}

// header returns the fields that a request to the proxy needs in addition.
func (p *proxy) header() http1.Header {
	if p.auth == "" {
		return nil
	}
	return http1.Header{{Name: "Proxy-Authorization", Value: p.auth}}
}

// tunnel asks the proxy at the other end of nc for a connection to address. RFC 9110 §9.3.6.
func (p *proxy) tunnel(nc net.Conn, address string) error {
	req := &http1.Request{Method: "CONNECT", Target: address, Host: address, Header: p.header()}
	resp, err := http1.NewConn(nc).Do(req)
	if err != nil {
		return err
	}
	if resp.Status/100 != 2 {
		why := "it answered CONNECT with status " + strconv.Itoa(resp.Status)
		if resp.Status == 407 {
			why += ": it wants a user name and password in HTTPS_PROXY"
		}
		return &proxyError{p.at.Address(), why}
	}
	return nil
}

// bypasses reports whether a NO_PROXY setting names the endpoint. A name means that host and all
// hosts below it, with or without a leading dot or "*.".
func bypasses(setting string, at endpoint.URL) bool {
	host := strings.ToLower(at.Name())
	addr, _ := netip.ParseAddr(host)
	_, port, _ := net.SplitHostPort(at.Address())
	for item := range strings.SplitSeq(strings.ToLower(setting), ",") {
		item = strings.TrimSpace(item)
		if item == "*" {
			return true
		}
		if network, err := netip.ParsePrefix(item); err == nil {
			if network.Contains(addr) {
				return true
			}
			continue
		}
		if a, err := netip.ParseAddr(strings.Trim(item, "[]")); err == nil {
			if a == addr {
				return true
			}
			continue
		}
		if h, p, err := net.SplitHostPort(item); err == nil {
			if p != port {
				continue
			}
			item = h
		}
		item = strings.TrimPrefix(strings.TrimPrefix(item, "*"), ".")
		if item != "" && (host == item || strings.HasSuffix(host, "."+item)) {
			return true
		}
	}
	return false
}

// throughProxy dials an endpoint by way of a proxy.
func (p *Pool) throughProxy(ctx context.Context, via *proxy, at endpoint.URL) (net.Conn, error) {
	nc, err := p.reach(ctx, via.at)
	if err != nil {
		return nil, &noAnswer{"proxy " + via.at.Address() + " of " + variable(at), err}
	}
	if !at.TLS {
		return nc, nil
	}
	stop := watch(ctx, nc)
	err = via.tunnel(nc, at.Address())
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		nc.Close()
		return nil, err
	}
	return nc, nil
}

type proxyError struct{ address, why string }

func (e *proxyError) Error() string { return "aws: proxy " + e.address + ": " + e.why }
func (e *proxyError) Unwrap() error { return ErrProxy }
