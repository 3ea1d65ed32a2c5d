// Command slowfs shows a folder again, read-only, on storage as slow as one likes: every read
// that misses the page cache waits. A kernel without a delaying block device can still show
// so how a start depends on the latency of the storage below it; it takes root and FUSE.
//
//	slowfs 1ms FOLDER MOUNTPOINT     until it is interrupted
//
// It speaks the kernel's protocol itself (linux/fuse.h, 7.31): the dozen requests that
// running a program makes.
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"
)

const (
	opLookup, opForget, opGetattr, opOpen, opRead, opStatfs   = 1, 2, 3, 14, 15, 17
	opRelease, opFlush, opInit, opOpendir, opReaddir          = 18, 25, 26, 27, 28
	opReleasedir, opAccess, opInterrupt, opDestroy, opForgets = 29, 34, 36, 38, 42

	headIn, headOut = 40, 16 // fuse_in_header, fuse_out_header
	maxRead         = 128 << 10
)

var order = binary.LittleEndian

type node struct {
	path string
	info os.FileInfo
	file *os.File
}

type disk struct {
	fd    int
	delay time.Duration

	mu    sync.Mutex
	nodes []node // by ID; the root has 1
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: slowfs DELAY FOLDER MOUNTPOINT")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "slowfs:", err)
		os.Exit(1)
	}
}

func run(delay, folder, point string) error {
	d := &disk{nodes: make([]node, 1)}
	var err error
	if d.delay, err = time.ParseDuration(delay); err != nil {
		return err
	}
	if _, err := d.node(folder); err != nil {
		return err
	}
	if d.fd, err = syscall.Open("/dev/fuse", syscall.O_RDWR, 0); err != nil {
		return fmt.Errorf("/dev/fuse: %w", err)
	}
	options := "fd=" + strconv.Itoa(d.fd) + ",rootmode=40000,user_id=0,group_id=0,allow_other"
	if err := syscall.Mount("slowfs", point, "fuse.slowfs", syscall.MS_RDONLY|syscall.MS_NODEV, options); err != nil {
		return fmt.Errorf("mount: %w", err)
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-stop
		syscall.Unmount(point, syscall.MNT_DETACH)
		os.Exit(0)
	}()
	for {
		buf := make([]byte, maxRead+64<<10)
		n, err := syscall.Read(d.fd, buf)
		switch {
		case err == syscall.EINTR || err == syscall.ENOENT || err == syscall.EAGAIN:
			continue
		case err != nil: // unmounted
			return nil
		}
		go d.answer(buf[:n])
	}
}

// node returns a path's ID.
func (d *disk) node(path string) (uint64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, n := range d.nodes {
		if n.path == path {
			return uint64(id), nil
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	file, err := os.Open(path)
	d.nodes = append(d.nodes, node{path, info, file})
	return uint64(len(d.nodes) - 1), err
}

// answer reads a request, fuse_in_header first: length, opcode, unique, node.
func (d *disk) answer(in []byte) {
	op, unique, id := order.Uint32(in[4:]), in[8:16], order.Uint64(in[16:])
	d.mu.Lock()
	var at node
	if id < uint64(len(d.nodes)) {
		at = d.nodes[id]
	}
	d.mu.Unlock()
	arg := in[headIn:]
	reply := func(errno syscall.Errno, body []byte) {
		out := order.AppendUint32(nil, uint32(headOut+len(body)))
		out = order.AppendUint32(out, uint32(-int32(errno)))
		out = append(append(out, unique...), body...)
		syscall.Write(d.fd, out)
	}
	switch op {
	case opInit: // major, minor, max_readahead, flags
		const asyncRead = 1 // several reads of a file at a time, as a disk takes them
		out := order.AppendUint32(order.AppendUint32(nil, 7), 31)
		out = order.AppendUint32(out, order.Uint32(arg[8:])) // read ahead as far as the kernel would
		out = order.AppendUint32(out, asyncRead)
		out = order.AppendUint16(order.AppendUint16(out, 64), 48) // max_background, congestion_threshold
		out = order.AppendUint32(out, 4096)                       // max_write: there is none
		reply(0, append(out, make([]byte, 64-len(out))...))
	case opLookup:
		id, err := d.node(filepath.Join(at.path, string(arg[:len(arg)-1])))
		if err != nil {
			reply(syscall.ENOENT, nil)
			return
		}
		d.mu.Lock()
		at = d.nodes[id]
		d.mu.Unlock()
		out := order.AppendUint64(order.AppendUint64(nil, id), 0)
		out = order.AppendUint64(order.AppendUint64(out, 3600), 3600) // entry and attributes stay valid for an hour
		out = append(out, make([]byte, 8)...)
		reply(0, appendAttr(out, id, at.info))
	case opGetattr:
		out := append(order.AppendUint64(nil, 3600), make([]byte, 8)...)
		reply(0, appendAttr(out, id, at.info))
	case opOpen, opOpendir:
		// fh, open_flags: keep the page cache from one open to the next, as a disk's file has it.
		reply(0, order.AppendUint64(order.AppendUint64(nil, id), 1<<1))
	case opRead: // fh, offset, size
		time.Sleep(d.delay)
		out := make([]byte, min(order.Uint32(arg[16:]), maxRead))
		n, _ := at.file.ReadAt(out, int64(order.Uint64(arg[8:])))
		reply(0, out[:n])
	case opReaddir: // fh, offset
		entries, _ := os.ReadDir(at.path)
		var out []byte
		for i, e := range entries {
			if uint64(i) < order.Uint64(arg[8:]) || len(out) > 3<<10 {
				continue
			}
			kind := uint32(syscall.DT_REG)
			if e.IsDir() {
				kind = syscall.DT_DIR
			}
			out = order.AppendUint64(order.AppendUint64(out, uint64(i)+1000), uint64(i)+1) // any number; the next offset
			out = order.AppendUint32(order.AppendUint32(out, uint32(len(e.Name()))), kind)
			out = append(out, e.Name()...)
			out = append(out, make([]byte, -len(out)&7)...)
		}
		reply(0, out)
	case opStatfs:
		reply(0, make([]byte, 80))
	case opFlush, opRelease, opReleasedir, opAccess, opDestroy:
		reply(0, nil)
	case opForget, opForgets, opInterrupt: // take no answer
	default:
		reply(syscall.ENOSYS, nil)
	}
}

// appendAttr appends a fuse_attr.
func appendAttr(out []byte, id uint64, info os.FileInfo) []byte {
	out = order.AppendUint64(out, id)
	out = order.AppendUint64(out, uint64(info.Size()))
	out = order.AppendUint64(out, uint64(info.Size()+511)/512)
	t := uint64(info.ModTime().Unix())
	out = order.AppendUint64(order.AppendUint64(order.AppendUint64(out, t), t), t)
	out = append(out, make([]byte, 12)...)
	mode := uint32(syscall.S_IFREG | 0o555)
	if info.IsDir() {
		mode = syscall.S_IFDIR | 0o555
	}
	out = order.AppendUint32(order.AppendUint32(out, mode), 1)
	out = append(out, make([]byte, 12)...) // uid, gid, rdev
	out = order.AppendUint32(out, 4096)
	return order.AppendUint32(out, 0)
}
